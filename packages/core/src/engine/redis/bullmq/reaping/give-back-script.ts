// Lua that breaks a lease and gives its job back, and that knows a server which has just come up.
import { OVERDUE_MS } from '../../../liveness.js';
import { rememberAttempt } from '../dead-letters/history-script.js';
import { noteDeaths } from './deaths.js';
import { kindsOf, mendRecord, requireKinds } from '../record-checks.js';
import { serverNow } from '../server-time.js';

// A server's run id changes when it restarts, and is another when a replica takes over: then every presence is gone, and
// no process is dead. Nor is any on a server that is new to the fleet, or that has lost its data: `meetServer` returns whether
// it is such a server.
export const meetServer = `
${serverNow}
local nowMs = tonumber(now)

local function meetServer(suspects, holdOffMs)
  local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
  local known = redis.call('HGET', suspects, '#run')
  if known == run then return false end
  redis.call('DEL', suspects)
  redis.call('HSET', suspects, '#run', run, '#until', known and nowMs + holdOffMs or 0)
  return not known
end`;

/**
 * Defines `giveBack(id, ending, judge)`: breaks the lease of an active job and puts the job back at the head of its queue, counted
 * and remembered; poisons it when it has lost more leases than the delivery limit, but for those that it is spared
 * (`spared`, a field of its hash). A `judge` decides in its place, and returns whether the caller puts the job elsewhere.
 * Expects KEYS as {@link reapScript} has them, `prefix` and `deliveryLimit`.
 */
export const giveBack = `
${meetServer}
${noteDeaths}
${rememberAttempt}
${requireKinds}
${mendRecord}
local wait, active, prioritized, events, stalled, delayed, meta, marker =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[7], KEYS[9], KEYS[11]

local function poison(key, lost)
  if lost <= deliveryLimit then return end
  redis.call('HSET', key, 'defa', 'the job lost its lease ' .. lost .. ' times, more than the delivery limit of '
    .. deliveryLimit .. ': it may be what ends its workers')
end

-- A count as the record has it; 0 for what is none.
local function countIn(text)
  return text and isCount(text) and tonumber(text) or 0
end

local arePlacesSound = false
local function giveBack(id, ending, judge)
  if not arePlacesSound then requireKinds(${kindsOf('wait', 'events', 'stalled')}) end
  arePlacesSound = true
  local key = prefix .. id
  local seen = redis.pcall('HMGET', key, 'name', 'priority', 'atm', 'ats', 'pb', 'processedOn', 'spared', 'suspicions', 'stc')
  redis.call('DEL', key .. ':lock')
  redis.call('SREM', stalled, id)
  redis.call('LREM', active, 1, id)
  -- No record, or something else in its place: nothing is left of the job.
  if seen.err or not seen[1] then return end
  local priority = tonumber(seen[2]) or 0
  if priority > 0 and redis.pcall('TYPE', prioritized).ok == 'hash' then priority = 0 end
  if seen[9] and not isCount(seen[9]) then mend(key) end
  local lost = redis.call('HINCRBY', key, 'stc', 1) - countIn(seen[7])
  local isPlaced, reason = false, nil
  if judge then
    isPlaced, reason = judge({ id = id, key = key, lost = lost, priority = priority, suspicions = countIn(seen[8]) })
  else poison(key, lost) end
  remember(key, cjson.encode({ attempt = countIn(seen[3]) + 1, fence = countIn(seen[4]), worker = seen[5] or '',
    startedAtMs = countIn(seen[6]), endedAtMs = nowMs, ['end'] = ending, reason = reason }))
  -- The newest is given back first, so the oldest ends up at the head: among equals of its priority, too.
  if isPlaced then -- by the caller, behind others
  elseif priority > 0 then redis.call('ZADD', prioritized, priority * 0x100000000, id)
  else redis.call('RPUSH', wait, id) end
  redis.call('XADD', events, '*', 'event', 'waiting', 'jobId', id, 'prev', 'active')
  redis.call('XADD', events, '*', 'event', 'stalled', 'jobId', id)
end

-- In how many milliseconds the next delayed job is due, less than none when it is overdue; nothing (nil) when there is none.
-- Asked once: a turn of an idle fleet is made of such reads, and each counts.
local nextDue
local function dueInMs()
  nextDue = nextDue or redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
  return nextDue[2] and math.floor(tonumber(nextDue[2]) / 0x1000) - nowMs
end

-- Also replaces a wake signal that a dying worker consumed: where there is work, a waiting consumer is woken. A worker that knows of a
-- delayed job fetches it when it is due; a signal for one that is hardly late would only wake a second.
local function signal()
  if redis.call('HEXISTS', meta, 'paused') == 1 then return end
  local inMs = dueInMs()
  local isOverdue = inMs and inMs <= -${OVERDUE_MS}
  if isOverdue or redis.call('EXISTS', wait, prioritized) > 0 then redis.call('ZADD', marker, 0, '0') end
end

local function processOf(token)
  return string.match(token, '^([^|]+)|')
end`;
