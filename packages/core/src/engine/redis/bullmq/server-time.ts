// The server's time, as scripts read it: the one clock for decisions about jobs.
import type { ScriptClient } from '../connection/redis-script.js';

/**
 * Defines `now`: the server's time in milliseconds since the epoch, as text.
 *
 * No script takes a time from its client. A machine whose clock was two hours fast made jobs due that others had delayed, and removed acked
 * jobs too early; where its clock was no number at all, it left jobs in no list.
 */
export const serverNow = `
local serverTime = redis.call('TIME')
local now = serverTime[1] .. string.format('%03d', serverTime[2] / 1000)
`;

/** The same for a client, to compare with times of that server. */
export async function serverNowMs(client: ScriptClient): Promise<number> {
  const [seconds, microseconds] = await client.time();
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
}
