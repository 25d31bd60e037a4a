-- Defines `putOff(schedule, time, jitterMs)`, which puts a delayed run off by a part of the jitter that follows from its schedule's name and its
-- time: the same whichever process adds the run. Expects the keys of schedules, and
-- `now`.

local function putOff(schedule, time, jitterMs)
  local jobId = 'repeat:' .. schedule .. ':' .. time
  if not tonumber(jitterMs) or tonumber(time) <= tonumber(now) then return end
  local due = redis.call('ZSCORE', KEYS.delayed, jobId)
  if not due then return end
  local drawn = tonumber(string.sub(redis.sha1hex(jobId), 1, 8), 16) % (jitterMs + 1)
  redis.call('ZADD', KEYS.delayed, due + drawn * CONST.dueUnitsPerMs, jobId)
end
