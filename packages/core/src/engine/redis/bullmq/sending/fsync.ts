// How a server confirms that a job is on its disk.
import { setTimeout as pause } from 'node:timers/promises';
import { isVersionAtLeast, type ServerFacts } from '../../connection/server-facts.js';
import { ConfirmUnsupportedError } from '../../../broker-errors.js';
import type { ScriptClient } from '../../connection/redis-script.js';
import { serverNowMs } from '../server-time.js';

/**
 * `wait`: with WAITAOF. `poll`: its WAITAOF may answer too early, so its figures are polled. `always`: every answer comes after the
 * write to the disk.
 */
export type FsyncMethod = 'wait' | 'poll' | 'always';

/** @throws ConfirmUnsupportedError when it cannot, with what to do. */
export function fsyncMethod(server: ServerFacts): FsyncMethod {
  const { isAppendOnly, appendFsync, skipsFsyncOnRewrite } = server.persistence;
  if (isAppendOnly === false) refuse('this one writes no append-only file: run CONFIG SET appendonly yes');
  if (skipsFsyncOnRewrite) {
    refuse('this one leaves its disk be while it rewrites its file: run CONFIG SET no-appendfsync-on-rewrite no');
  }
  const { hasWaitAof } = server;
  if (appendFsync === 'always') return hasWaitAof ? 'wait' : 'always';
  if (!hasWaitAof) refuse(`${nameOf(server)} has no WAITAOF: run Redis 7.2 or later or any Valkey, ${OTHER_WAYS}`);
  if (isWaitAofTrue(server)) return 'wait';
  if (appendFsync === 'everysec') return 'poll';
  return refuse(`WAITAOF of ${nameOf(server)} may answer too early, and its appendfsync is not known: ${OTHER_WAYS}`);
}

const OTHER_WAYS = 'or run CONFIG SET appendfsync always, or confirm with { replicas: n }';

/**
 * Under `everysec` Redis 7.4.0 to 7.4.2 count unwritten data as written when less than a second has passed since the last write
 * (https://github.com/redis/redis/pull/13793). Valkey took that over: 8.0.1 was seen to answer WAITAOF with no fdatasync between.
 */
function isWaitAofTrue({ kind, version }: ServerFacts): boolean {
  if (kind === 'valkey') return false;
  const [, , patch = 0] = version.split('.').map(Number);
  return !isVersionAtLeast(version, 7, 4) || isVersionAtLeast(version, 7, 5) || patch >= 3;
}

function nameOf({ kind, version }: ServerFacts): string {
  return `${kind === 'valkey' ? 'Valkey' : 'Redis'} ${version}`;
}

function refuse(why: string): never {
  throw new ConfirmUnsupportedError('fsync', why);
}

/**
 * Resolves with 1 when everything that the client wrote before is on the server's disk, with 0 after `timeoutMs`.
 *
 * Under `appendfsync everysec` a server starts a write-through in a thread of its own a second after the last one, if there is
 * anything new, and reports how many are under way. A moment at which none is (after our write) is followed, within a second and
 * a turn of its loop, by the start of one that covers our write; at the next moment without one, it has ended. Writes that
 * come in between only make it start sooner.
 *
 * @throws the server's error; also when its last write-through failed.
 */
export async function pollFsync(client: ScriptClient, timeoutMs: number): Promise<0 | 1> {
  const deadline = performance.now() + timeoutMs;
  let quietSinceMs: number | undefined;
  while (performance.now() < deadline) {
    const [isQuiet, nowMs] = await Promise.all([isNoneUnderWay(client), serverNowMs(client)]);
    if (isQuiet && quietSinceMs !== undefined && nowMs - quietSinceMs >= COVERED_MS) return 1;
    if (isQuiet) quietSinceMs ??= nowMs;
    await pause(POLL_EVERY_MS);
  }
  return 0;
}

/** The server's second, and some turns of its loop: it checks ten times a second, even when idle. */
const COVERED_MS = 1_250;
const POLL_EVERY_MS = 50;

async function isNoneUnderWay(client: ScriptClient): Promise<boolean> {
  const persistence = await client.info('persistence');
  if (!persistence.includes('aof_last_write_status:ok')) throw new Error('its last write to the disk failed');
  return persistence.includes('aof_pending_bio_fsync:0');
}
