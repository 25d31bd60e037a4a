-- Defines `holdsFence(key, fence)`, whether the job at the key is there, has not ended, and was delivered last under this fence.

local function holdsFence(key, fence)
  local fields = redis.call('HMGET', key, 'ats', 'finishedOn')
  return fields[1] == fence and not fields[2]
end
