-- Settles and fetches for many consumers of a process in one call: the batch script of a channel, with BullMQ's own scripts inside.
--
-- Roles: worker
-- Keys: channel
-- Arguments:
--   prefix: of the queue's keys
--   leaseMs
--   worker: its name, for people
--   keptSeconds: how long acked jobs are kept; '' for ever
--   keptCount: how many acked jobs are kept; '' for all
--   keepsOthers: '1' when that holds for what Acktor's producers sent alone
--   wantsStatus: '1' when the status is wanted in any case
--   mayBeFast: '1' when the fast path may be taken
--   bounds: what few queues have, as JSON; '' for none of it. `deadSeconds` and `deadCount`: how long and how many dead letters are kept;
--     `limitMax` and `limitMs`: how many jobs may begin in a span, where the queue has no limit of its own; `countedMinutes`: for how many
--     minutes ends are counted, as BullMQ does with `metrics`
--   separator: what stands between the parts of a fetched job
--   lengths: how many arguments the entries have, the jobs that are sent with settlements, and the records that are written with them, parted
--     by spaces; '' when there are but entries
--   entries...: each a word and its arguments (CHANNEL_WORDS in protocol.mjs); behind them, the jobs that are sent with settlements
--     (ENTRIES.send), the records that are written with them (ENTRIES.write), and the turns that settlements end (ENTRIES.turn)
-- Reply: `[entries, status]`. Of each entry a code, when it settled (1: before this call); `[text]`, when it failed, which it
--   does alone; null, when it found nothing to fetch; and otherwise one text with the fields of the job that it fetched (`readJobText`
--   reads it). The status, given also when a fetch came back empty, is `[ready, next due (ms), limited (ms), now (ms)]`.
-- Cost: on the fast path some seven commands a job; 4.5 µs a job in calls of 50, 8 µs alone. Entry by entry BullMQ's thirty commands. A
--   dead letter and a lost lease search the active list.

--- include: server-time
local firstEntry = FIRST.entries
local isEmpty, limitedMs = false, 0
-- How many arguments each word has; made by what needs it first, for most calls have acks and fetches alone.
local arity
-- Where the fields of a job stand in its text; made by what needs it first, for most calls do not, and it is the largest table of all.
local placeOf

-- Where the last entry ends, and the turns begin.
local entriesEnd, turnsAt, writesAt = #ARGV, #ARGV + 1, #ARGV + 1
if ARGV.lengths ~= '' then
  local entriesLength, sendsLength, writesLength = string.match(ARGV.lengths, '^(%d+) (%d+) (%d+)$')
  entriesEnd = firstEntry + entriesLength - 1
  writesAt = entriesEnd + 1 + sendsLength
  turnsAt = writesAt + writesLength
end
local bounds = ARGV.bounds ~= '' and cjson.decode(ARGV.bounds) or nil

local count
if bounds and bounds.countedMinutes then
--- include: end-counts
  count = countEnds
end

--- include: slow-path

--- include: fast-path

local sends, writes, refused
if entriesEnd + 1 < writesAt then
--- include: settled-sends
  sends = settledSends()
  refused = sends.look()
end
if writesAt < turnsAt then
--- include: settled-writes
  writes = settledWrites(writesAt)
  refused = writes.look(refused)
end

local replies, fetches, nextDueMs, asksAgain, ours, ackedCount
if ARGV.mayBeFast == '1' and not refused then
  local isDone, answer
  isDone, answer, fetches, nextDueMs, asksAgain, ours, ackedCount = pcall(fast)
  if isDone then replies = answer elseif hasBegun then error(answer) end
end
local isFast = replies ~= nil
if not isFast then replies, ours = bullmq().runEach(refused or {}) end
if ours > 0 and ARGV.keepsOthers == '1' then
--- include: forget
end
if writes then writes.write(replies) end
if sends then sends.add(replies) end
local hasTurns = turnsAt <= #ARGV
if hasTurns then
--- include: settled-turns
  passTurns(replies)
end
if not isEmpty and ARGV.wantsStatus == '0' then return { replies, false } end

local function status()
  local call = redis.call
  local wait, active, prioritized, _, _, _, delayed, _, meta = unpack(KEYS)
  -- Of what a fast call has seen that fetches, nothing is asked again.
  if not isFast or fetches == 0 or asksAgain or sends or hasTurns or limitedMs > 0 then
    local due = call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
    nextDueMs = due[2] and math.floor(tonumber(due[2]) / CONST.dueUnitsPerMs)
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
