// Mends an append-only file that a crash has torn in the middle of a transaction.
import { setTimeout as pause } from 'node:timers/promises';
import type { ConnectionGuard } from '../engine/redis/connection/connection-guard.js';

/**
 * Has the server write its file anew when its log says that it has cut off the end of it. Resolves when that is done, however it went:
 * the server's own log tells of a failure. A crash meanwhile leaves the old file. A large one is not waited for longer than `withinMs`: the
 * server goes on with it by itself.
 *
 * A server that is killed while it writes a transaction cuts off the last command at its next start and leaves the ones before: a
 * `MULTI` without an `EXEC` (Redis 7.0.15; Valkey before the mend linked here). At the start after that they run together with what was
 * written later. Seen: the ghost of a fetch took five other jobs off their queue, which were in no list any more.
 *
 * @see https://github.com/valkey-io/valkey/pull/4342
 */
export async function mendTornFile(connection: ConnectionGuard, { log, withinMs }: TornFileOptions): Promise<void> {
  if (!log.includes('Truncating the AOF')) return;
  const deadline = performance.now() + withinMs;
  await connection.run((client) => client.bgrewriteaof());
  while (performance.now() < deadline && (await isRewriting(connection))) await pause(LOOK_EVERY_MS);
}

export interface TornFileOptions {
  /** What the server wrote to its log while it started. */
  readonly log: string;
  readonly withinMs: number;
}

async function isRewriting(connection: ConnectionGuard): Promise<boolean> {
  return RUNS.test(await connection.run((client) => client.info('persistence')));
}

/** While a rewrite runs, or waits for its turn. */
const RUNS = /^aof_rewrite_(?:in_progress|scheduled):1/m;
const LOOK_EVERY_MS = 5;
