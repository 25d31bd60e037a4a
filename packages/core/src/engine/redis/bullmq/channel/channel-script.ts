// The batch script of a channel: settles and fetches for many consumers in one call, with BullMQ's own scripts inside.
import { RedisScript } from '../../connection/redis-script.js';
import { rememberAttempt } from '../dead-letters/history-script.js';
import { slowPath } from './slow-path.js';
import { serverNow } from '../server-time.js';
import { fastPath } from './fast-path.js';
import { places } from './leased-record.js';

/**
 * What one entry of the call begins with. Its arguments follow:
 * - `fetch`: the lease token;
 * - `ack`, for a job without a retention of its own: the settled job, its number of fields when it was fetched, how many attempts
 *   it has made with this one, the result;
 * - `keep`, an ack with a retention of its own: the same and the retention as JSON;
 * - `deadLetter`: the settled job, its own retention or '', the attempt to remember as JSON or '', reason, stack traces as JSON;
 * - `retry`: the same and the delay (ms);
 * - `requeue`: the settled job, the attempt to remember or '';
 * - `postpone`, a requeue for later: the same and the delay (ms, from 1).
 *
 * A settled job is its id, its lease token, and its generation: fence and leases lost, with a slash between.
 */
export type ChannelWord = 'fetch' | 'ack' | 'keep' | 'deadLetter' | 'retry' | 'requeue' | 'postpone';

/**
 * KEYS: the `channel` keys of the queue.
 * ARGV: prefix, lease (ms), worker name, how long (s) and how many acked jobs are kept, whether the status is wanted in any case ('1'),
 * whether the fast path may be taken ('1'), what stands between the parts of a fetched job; then the entries, each a
 * {@link ChannelWord} and its arguments.
 *
 * Returns `[entries, status]`. The reply to an entry is
 * - a code, when it settled;
 * - `[text]`, when it failed, which it does alone;
 * - null, when it found nothing to fetch;
 * - and otherwise one text with the fields of the job that it fetched (`readJobText` reads it).
 *
 * The status, given also when a fetch came back empty, is `[ready, next due (ms), limited (ms), now (ms)]`.
 */
export const channelText = `
${serverNow}
local firstEntry = 9
local isEmpty, limitedMs = false, 0
-- How many arguments each word has.
local arity = { fetch = 1, ack = 6, keep = 7, deadLetter = 7, retry = 8, requeue = 4, postpone = 5 }
${places}

${rememberAttempt}

${slowPath}

${fastPath}

local replies, fetches, nextDueMs, asksAgain
if ARGV[7] == '1' then
  local isDone, answer
  isDone, answer, fetches, nextDueMs, asksAgain = pcall(fast)
  if isDone then replies = answer elseif hasBegun then error(answer) end
end
local isFast = replies ~= nil
if not isFast then replies = bullmq().runEach() end
if not isEmpty and ARGV[6] == '0' then return { replies, false } end

local function status()
  local call = redis.call
  local wait, active, prioritized, _, _, _, delayed, _, meta = unpack(KEYS)
  -- Of what a fast call has seen that fetches, nothing is asked again.
  if not isFast or fetches == 0 or asksAgain or limitedMs > 0 then
    local due = call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
    nextDueMs = due[2] and math.floor(tonumber(due[2]) / 0x1000)
    local attributes = call('HMGET', meta, 'paused', 'concurrency')
    local isHeldUp = limitedMs > 0 or attributes[1]
    if isHeldUp or (attributes[2] and call('LLEN', active) >= tonumber(attributes[2])) then
      return { 0, nextDueMs or 0, limitedMs, tonumber(now) }
    end
  end
  return { call('LLEN', wait) + call('ZCARD', prioritized), nextDueMs or 0, 0, tonumber(now) }
end

-- What cannot be seen is not ready, and no reason to answer nothing of what was done.
local isSeen, seen = pcall(status)
return { replies, isSeen and seen or { 0, 0, limitedMs, tonumber(now) } }
`;

/** {@link channelText}, to be run. */
export const channelScript = new RedisScript(channelText);
