// The group script of a channel: settles and fetches for many consumers in one call, with BullMQ's own scripts inside.
import { RedisScript } from '../../../redis/redis-script.js';
import { fullPath } from './full-path.js';
import { leanPath } from './lean-path.js';
import { leanPlan } from './lean-plan.js';
import { jobText } from './told-fields.js';

/**
 * What one entry of the call begins with. Its arguments follow:
 * - `fetch`: the lease token;
 * - `ack`, for a job without a retention of its own: the settled job, its number of fields when it was fetched, how many attempts
 *   it has made with this one, the result;
 * - `keep`, an ack with a retention of its own: the settled job, the retention as JSON, the result;
 * - `deadLetter`: the settled job, its own retention or '', the attempt to remember as JSON or '', reason, stack traces as JSON;
 * - `retry`: the same and the delay (ms);
 * - `requeue`: the settled job, the attempt to remember or '';
 * - `postpone`, a requeue for later that is not remembered: the settled job, the delay (ms, from 1).
 *
 * A settled job is its id, its lease token, and its life: fence and leases lost, with a slash between.
 */
export type ChannelWord = 'fetch' | 'ack' | 'keep' | 'deadLetter' | 'retry' | 'requeue' | 'postpone';

/**
 * KEYS: the `channel` keys of the queue.
 * ARGV: prefix, now (ms), lease (ms), worker name, how long (s) and how many acked jobs are kept, whether to glance in any case
 * ('1'), whether the lean path may be taken ('1'), what stands between the parts of a fetched job; then the entries, each a
 * {@link ChannelWord} and its arguments.
 *
 * Answers `[entries, glance]`. An entry is answered by
 * - a code, when it settled;
 * - `[text]`, when it failed, which it does alone;
 * - null, when it found nothing to fetch;
 * - and else by one text that tells of the job it fetched (`readToldJob` reads it).
 *
 * The glance, given also when a fetch came back empty, is `[ready, next due (ms), limited (ms)]`.
 */
export const channelScript = new RedisScript(`

local call = redis.call
local wait, active, prioritized, events, stalled, limiter, delayed, paused, meta, pc, marker, completed, failed =
  unpack(KEYS)
local prefix, now, leaseMs, worker = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local separator, firstEntry = ARGV[9], 10
-- As BullMQ's options have it: age in seconds; dead letters are kept until somebody purges them.
local retention = { completed = { age = tonumber(ARGV[5]), count = tonumber(ARGV[6]) }, failed = { count = -1 } }
local limitedMs, isEmpty = 0, false
local arity = { fetch = 1, ack = 6, keep = 5, deadLetter = 7, retry = 8, requeue = 4, postpone = 4 }

${jobText}

local function replyOf(isDone, reply)
  if isDone then return reply end
  return { type(reply) == 'table' and reply.err or tostring(reply) }
end

-- When the next delayed job is due, in ms; nil for none.
local function nextDueMs()
  local due = call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
  return due[2] and math.floor(tonumber(due[2]) / 0x1000)
end

${fullPath}

${leanPlan}

${leanPath}

local isPlanned, plan = false, nil
if ARGV[8] == '1' then isPlanned, plan = pcall(planLean) end
local replies = isPlanned and plan and runLean(plan)
local isLean = replies and true
replies = replies or bullmq().runEach()
if not isEmpty and ARGV[7] == '0' then return { replies, false } end

local function mayFetch()
  local attributes = call('HMGET', meta, 'paused', 'concurrency')
  if attributes[1] then return false end
  return not attributes[2] or call('LLEN', active) < tonumber(attributes[2])
end

local function glance()
  local dueMs = nextDueMs() or 0
  if limitedMs > 0 or not mayFetch() then return { 0, dueMs, limitedMs } end
  return { call('LLEN', wait) + call('ZCARD', prioritized), dueMs, 0 }
end

-- Of what a plan that could be carried out has seen, nothing is asked again.
local function glanceAfter(plan)
  if limitedMs > 0 or plan.fetches == 0 then return glance() end
  return { call('LLEN', wait) + call('ZCARD', prioritized), plan.nextDueMs or 0, 0 }
end

return { replies, isLean and glanceAfter(plan) or glance() }
`);
