// The server's time, the one clock for decisions about jobs. Scripts read it by themselves (`includes/server-time.lua`).
import type { ScriptClient } from '../connection/redis-script.js';

/** The server's time, to compare with times that its scripts have written. */
export async function serverNowMs(client: ScriptClient): Promise<number> {
  const [seconds, microseconds] = await client.time();
  return Number(seconds) * 1_000 + Number(microseconds) / 1_000;
}
