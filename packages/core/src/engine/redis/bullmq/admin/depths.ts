// A queue as a whole, in one atomic call each: how full it is, signs that something is wrong with it, pausing it and promoting a job.
import { RedisScript, type ScriptClient } from '../../connection/redis-script.js';
import type { QueueDepth, QueueSymptoms } from '../../../../operator/queue-admin.js';
import { serverNow } from '../server-time.js';
import type { QueueKeys } from '../queue-keys.js';
import { wrapScripts } from '../bullmq-scripts.js';

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
 * KEYS: the `channel` keys. ARGV: prefix. Returns a {@link DepthAnswer}.
 *
 * The oldest job is at the head of the plain ones, of the highest priority, or of the lowest, which starves first: each is found
 * without a scan. An older one in between is not searched.
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

/** A queue and its keys. */
export interface QueueContext {
  readonly queue: string;
  readonly keys: QueueKeys;
}

export async function readSymptoms(client: ScriptClient, { keys }: QueueContext): Promise<QueueSymptoms> {
  const answer = await symptomsScript.run(client, keys.channel, [keys.prefix, MOST_ACTIVE]);
  const [unleased, mark] = answer as readonly [unleased: number, mark: string | null];
  return { unleased, client: mark ?? undefined };
}

/** The oldest are checked: those that lost their lease are among them. */
const MOST_ACTIVE = 1_000;

/** KEYS: the `channel` keys. ARGV: prefix, how many active jobs to check. BullMQ marks the queues that it opens. */
const symptomsScript = new RedisScript(`
local prefix, most = ARGV[1], tonumber(ARGV[2])
local unleased = 0
for _, id in ipairs(redis.call('LRANGE', KEYS[2], -most, -1)) do
  if redis.call('EXISTS', prefix .. id .. ':lock') == 0 then unleased = unleased + 1 end
end
return { unleased, redis.call('HGET', KEYS[9], 'version') }
`);

/** No BullMQ client fetches from the queue from now on. */
export async function pauseQueue(client: ScriptClient, keys: QueueKeys): Promise<void> {
  await pauseScript.run(client, keys.channel, ['paused']);
}

/** Wakes waiting consumers when there is work. */
export async function resumeQueue(client: ScriptClient, keys: QueueKeys): Promise<void> {
  // A queue that an old BullMQ paused keeps its jobs apart, and brings them back some thousands at a time.
  while (Number(await pauseScript.run(client, keys.channel, ['resumed'])) > 0);
}

/** Resolves with whether the job was delayed. */
export async function makeDue(client: ScriptClient, keys: QueueKeys, id: string): Promise<boolean> {
  return (await promoteScript.run(client, keys.channel, [keys.prefix, id])) === 0;
}

/** KEYS: the `channel` keys. ARGV: `paused` or `resumed`. Returns how many jobs are still kept apart. */
const pauseScript = new RedisScript(`
${wrapScripts(['pause'])}
local wait, paused = KEYS[1], KEYS[8]
local from, to = wait, paused
if ARGV[1] == 'resumed' then from, to = paused, wait end
return pause({ from, to, KEYS[9], KEYS[3], KEYS[4], KEYS[7], KEYS[11] }, { ARGV[1], '1' })
`);

/** KEYS: the `channel` keys. ARGV: prefix, job id. Returns 0, or -3 for a job that is not delayed. */
const promoteScript = new RedisScript(`
${wrapScripts(['promote'])}
local wait, active, prioritized, events, stalled, limiter, delayed, paused, meta, pc, marker = unpack(KEYS)
return promote({ delayed, wait, paused, meta, prioritized, active, pc, events, marker }, ARGV)
`);
