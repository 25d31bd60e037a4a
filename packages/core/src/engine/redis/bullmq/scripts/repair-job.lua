-- Puts a job into its place that no list has, and removes a lease that is on no active job.
--
-- A job that has ended is listed among those that have; one that has children left waits for them; all others wait for their turn, behind the
-- others. One that was delivered before has lost that lease, which counts.
--
-- Roles: operator
-- Keys: channel
-- Arguments:
--   prefix
--   id
-- Reply: 1, or 0 when nothing was out of place.
-- Cost: some twenty commands; the waiting jobs are searched.

local prefix, id = ARGV.prefix, ARGV.id
--- include: listed
--- include: kinds
--- include: records
--- include: server-time
local call = redis.call
--- include: turns

local key = prefix .. id
local function place()
  mend(key)
  local record = redis.call('HMGET', key, 'finishedOn', 'returnvalue', 'priority', 'ats')
  local endedAt, priority = tonumber(record[1] or ''), tonumber(record[3] or '') or 0
  if endedAt then
    redis.call('ZADD', record[2] and KEYS.completed or KEYS.failed, endedAt, id)
    return
  end
  if redis.pcall('SCARD', key .. ':dependencies') ~= 0 and redis.pcall('TYPE', key .. ':dependencies').ok == 'set' then
    redis.call('ZADD', prefix .. 'waiting-children', now, id)
    return
  end
  if record[4] then redis.call('HINCRBY', key, 'stc', 1) end
  if priority > 0 then
    redis.call('ZADD', KEYS.prioritized, priority * CONST.priorityUnits + redis.call('INCR', KEYS.pc) % CONST.priorityUnits, id)
  else
    redis.call('LPUSH', KEYS.wait, id)
  end
  if redis.call('HEXISTS', KEYS.meta, 'paused') == 0 then redis.call('ZADD', KEYS.marker, 0, '0') end
  redis.call('XADD', KEYS.events, '*', 'event', 'waiting', 'jobId', id)
  -- One with a key that has lost its turn gets it again behind those that have theirs.
  local group = groups.of(key)
  if group then groups.rejoin(id, group) end
end

local isDone, isMissing = 0, isUnlisted(id, '0')
if isMissing then
  requireKinds(INLINE.kinds('wait', 'prioritized', 'completed', 'failed', 'pc', 'marker', 'events', 'meta', 'waiting-children'))
end
if isStray(id) then isDone = redis.call('DEL', key .. ':lock') end
if isMissing then
  place()
  isDone = 1
end
return isDone
