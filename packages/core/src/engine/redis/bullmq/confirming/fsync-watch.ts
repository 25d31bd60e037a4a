// Learns from a server's own figures when its disk has what was written, where WAITAOF cannot be believed.
import { setTimeout as pause } from 'node:timers/promises';
import type { ScriptClient } from '../../connection/redis-script.js';
import { serverNowMs } from '../server-time.js';

/**
 * Resolves with 1 when everything that the client wrote before is on the server's disk, with 0 after `timeoutMs`.
 *
 * Under `appendfsync everysec` a server starts a write-through in a thread of its own a second after the last one, if there is
 * anything new, and tells how many are under way. A moment at which none is (after our write) is followed, within a second and
 * a turn of its loop, by the start of one that covers our write; at the next moment without one, it has ended. Writes that
 * come in between only make it start sooner.
 *
 * @throws the server's error; also when its last write-through failed.
 */
export async function watchFsync(client: ScriptClient, timeoutMs: number): Promise<0 | 1> {
  const deadline = performance.now() + timeoutMs;
  let quietSinceMs: number | undefined;
  while (performance.now() < deadline) {
    const [isQuiet, nowMs] = await Promise.all([isNoneUnderWay(client), serverNowMs(client)]);
    if (isQuiet && quietSinceMs !== undefined && nowMs - quietSinceMs >= COVERED_MS) return 1;
    if (isQuiet) quietSinceMs ??= nowMs;
    await pause(LOOK_EVERY_MS);
  }
  return 0;
}

/** The server's second, and some turns of its loop: it looks ten times a second, even when idle. */
const COVERED_MS = 1_250;
const LOOK_EVERY_MS = 50;

async function isNoneUnderWay(client: ScriptClient): Promise<boolean> {
  const persistence = await client.info('persistence');
  if (!persistence.includes('aof_last_write_status:ok')) throw new Error('its last write to the disk failed');
  return persistence.includes('aof_pending_bio_fsync:0');
}
