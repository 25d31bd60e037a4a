// What may be wrong with a queue, read in one atomic call.
import { RedisScript, type ScriptClient } from '../../connection/redis-script.js';
import type { QueueSymptoms } from '../../../../operator/queue-admin.js';
import type { QueueContext } from './queue-context.js';

export async function readSymptoms(client: ScriptClient, { keys }: QueueContext): Promise<QueueSymptoms> {
  const answer = await symptomsScript.run(client, keys.channel, [keys.prefix, MOST_ACTIVE]);
  const [unleased, mark] = answer as readonly [unleased: number, mark: string | null];
  return { unleased, client: mark ?? undefined };
}

/** The oldest are looked at: those that lost their lease stand among them. */
const MOST_ACTIVE = 1_000;

/** KEYS: the `channel` keys. ARGV: prefix, how many active jobs to look at. BullMQ marks the queues that it opens. */
const symptomsScript = new RedisScript(`
local prefix, most = ARGV[1], tonumber(ARGV[2])
local unleased = 0
for _, id in ipairs(redis.call('LRANGE', KEYS[2], -most, -1)) do
  if redis.call('EXISTS', prefix .. id .. ':lock') == 0 then unleased = unleased + 1 end
end
return { unleased, redis.call('HGET', KEYS[9], 'version') }
`);
