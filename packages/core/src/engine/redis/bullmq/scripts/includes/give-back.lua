-- Breaks a lease and gives its job back.
--
-- Defines `giveBack(id, ending, judge)`: breaks the lease of an active job and puts the job back at the head of its queue, counted and
-- remembered; poisons it when it has lost more leases than the delivery limit, but for those that it is spared (`spared`, a field of its
-- hash). A `judge` decides in its place, and returns whether the caller puts the job elsewhere. Defines `signal()` and `dueInMs()`, too.
-- Expects the keys of `reaper`, `prefix` and `deliveryLimit`.

--- include: server-time
local nowMs = tonumber(now)
--- include: deaths
--- include: history
--- include: kinds
--- include: records
local wait, active, prioritized, events, stalled, delayed, meta, marker =
  KEYS.wait, KEYS.active, KEYS.prioritized, KEYS.events, KEYS.stalled, KEYS.delayed, KEYS.meta, KEYS.marker

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
  if not arePlacesSound then requireKinds(INLINE.kinds('wait', 'events', 'stalled', 'delayed', 'meta', 'marker')) end
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
  elseif priority > 0 then redis.call('ZADD', prioritized, priority * CONST.priorityUnits, id)
  else redis.call('RPUSH', wait, id) end
  redis.call('XADD', events, '*', 'event', 'waiting', 'jobId', id, 'prev', 'active')
  redis.call('XADD', events, '*', 'event', 'stalled', 'jobId', id)
end

-- In how many milliseconds the next delayed job is due, less than none when it is overdue; nothing (nil) when there is none.
-- Asked once: a turn of an idle fleet is made of such reads, and each counts.
local nextDue
local function dueInMs()
  nextDue = nextDue or redis.call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
  return nextDue[2] and math.floor(tonumber(nextDue[2]) / CONST.dueUnitsPerMs) - nowMs
end

-- Also replaces a wake signal that a dying worker consumed: where there is work, a waiting consumer is woken. A worker that knows of a
-- delayed job fetches it when it is due; a signal for one that is hardly late would only wake a second.
local function signal()
  if redis.call('HEXISTS', meta, 'paused') == 1 then return end
  local inMs = dueInMs()
  local isOverdue = inMs and inMs <= -CONST.overdueMs
  if isOverdue or redis.call('EXISTS', wait, prioritized) > 0 then redis.call('ZADD', marker, 0, '0') end
end

local function processOf(token)
  return string.match(token, '^([^|]+)|')
end
