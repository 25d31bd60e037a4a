// The scripts that stop a queue, let it go on, and bring a delayed job forward: BullMQ's own.
import { RedisScript, type ScriptClient } from '../../connection/redis-script.js';
import { wrapScripts } from '../bullmq-scripts.js';
import type { QueueKeys } from '../queue-keys.js';

/** Nobody fetches of the queue from now on, whichever BullMQ client it is. */
export async function pauseQueue(client: ScriptClient, keys: QueueKeys): Promise<void> {
  await pauseScript.run(client, keys.channel, ['paused']);
}

/** Whoever waits is woken when there is work. */
export async function resumeQueue(client: ScriptClient, keys: QueueKeys): Promise<void> {
  // A queue that an old BullMQ paused keeps its jobs apart, and brings them back some thousands at a time.
  while (Number(await pauseScript.run(client, keys.channel, ['resumed'])) > 0);
}

/** Answers whether the job was delayed. */
export async function makeDue(client: ScriptClient, keys: QueueKeys, id: string): Promise<boolean> {
  return (await promoteScript.run(client, keys.channel, [keys.prefix, id])) === 0;
}

/** KEYS: the `channel` keys. ARGV: `paused` or `resumed`. Answers how many jobs are still kept apart. */
const pauseScript = new RedisScript(`
${wrapScripts(['pause'])}
local wait, paused = KEYS[1], KEYS[8]
local from, to = wait, paused
if ARGV[1] == 'resumed' then from, to = paused, wait end
return pause({ from, to, KEYS[9], KEYS[3], KEYS[4], KEYS[7], KEYS[11] }, { ARGV[1], '1' })
`);

/** KEYS: the `channel` keys. ARGV: prefix, job id. Answers 0, or -3 for a job that is not delayed. */
const promoteScript = new RedisScript(`
${wrapScripts(['promote'])}
local wait, active, prioritized, events, stalled, limiter, delayed, paused, meta, pc, marker = unpack(KEYS)
return promote({ delayed, wait, paused, meta, prioritized, active, pc, events, marker }, ARGV)
`);
