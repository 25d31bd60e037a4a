// The server's time, as scripts take it: the one clock by which everything is decided.
import type { ScriptClient } from '../connection/redis-script.js';

/**
 * Defines `now`: the server's time in milliseconds since the epoch, as text.
 *
 * No script takes a time from its caller. A machine whose clock was two hours fast made due what others had delayed, forgot what the queue
 * was to remember, and, where its clock was no number at all, left jobs in no list.
 */
export const serverNow = `
local serverTime = redis.call('TIME')
local now = serverTime[1] .. string.format('%03d', serverTime[2] / 1000)
`;

/** The same for a caller, who compares it with what the server said. */
export async function serverNowMs(client: ScriptClient): Promise<number> {
  const [seconds, microseconds] = await client.time();
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
}
