// How full a queue is, read in one atomic call.
import { RedisScript, type ScriptClient } from '../../connection/redis-script.js';
import type { QueueDepth } from '../../../../operator/queue-admin.js';
import { serverNow } from '../server-time.js';
import type { QueueContext } from './queue-context.js';

export async function readDepth(client: ScriptClient, { queue, keys }: QueueContext): Promise<QueueDepth> {
  const answer = (await depthScript.run(client, keys.channel, [keys.prefix])) as DepthAnswer;
  const [isPaused, waiting, delayed, active, acked, deadLetters, oldest, nextDue, readAtMs] = answer;
  return {
    queue,
    isPaused: isPaused === 1,
    waiting,
    delayed,
    active,
    acked,
    deadLetters,
    oldestWaitingAtMs: oldest === null ? undefined : Number(oldest),
    nextDueAtMs: nextDue === null ? undefined : Math.floor(Number(nextDue) / DUE_UNITS_PER_MS),
    readAtMs,
  };
}

/** BullMQ counts the jobs that are due in the same millisecond in the lowest twelve bits. */
export const DUE_UNITS_PER_MS = 0x1000;

type DepthAnswer = readonly [
  isPaused: number,
  waiting: number,
  delayed: number,
  active: number,
  acked: number,
  deadLetters: number,
  oldestWaitingAtMs: string | null,
  nextDueScore: string | null,
  readAtMs: number,
];

/**
 * KEYS: the `channel` keys. ARGV: prefix. Answers a {@link DepthAnswer}.
 *
 * The oldest job stands at the head of the plain ones, or at that of the highest priority, or of the lowest, which starves
 * first: each is found without a walk. In between an older one may stand, and is not looked for.
 */
const depthScript = new RedisScript(`
${serverNow}
local prefix = ARGV[1]
local wait, active, prioritized, delayed, paused, meta, completed, failed =
  KEYS[1], KEYS[2], KEYS[3], KEYS[7], KEYS[8], KEYS[9], KEYS[12], KEYS[13]
local call = redis.call

local function headOfLowest()
  local last = call('ZRANGE', prioritized, -1, -1, 'WITHSCORES')
  if not last[2] then return nil end
  local priority = math.floor(tonumber(last[2]) / 0x100000000)
  return call('ZRANGEBYSCORE', prioritized, priority * 0x100000000, '+inf', 'LIMIT', 0, 1)[1]
end

local oldest = false
local function consider(id)
  local sentAt = id and call('HGET', prefix .. id, 'timestamp')
  if sentAt and (not oldest or tonumber(sentAt) < tonumber(oldest)) then oldest = sentAt end
end
consider(call('LINDEX', wait, -1))
consider(call('LINDEX', paused, -1))
consider(call('ZRANGE', prioritized, 0, 0)[1])
consider(headOfLowest())

return {
  call('HEXISTS', meta, 'paused'),
  call('LLEN', wait) + call('LLEN', paused) + call('ZCARD', prioritized),
  call('ZCARD', delayed), call('LLEN', active), call('ZCARD', completed), call('ZCARD', failed),
  oldest,
  call('ZRANGE', delayed, 0, 0, 'WITHSCORES')[2] or false,
  tonumber(now),
}
`);
