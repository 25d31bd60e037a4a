-- Defines `eachDeath(act)`, which calls `act(id, key)` for each death of the arguments that is not over, and returns what it returned, or
-- 0, for each. A death is over when the job left the dead letters, or came back to them by another delivery. Defines `prefix`, too.

local prefix = ARGV.prefix
local function isThere(id, deliveries)
  return redis.call('ZSCORE', KEYS.failed, id) and (redis.call('HGET', prefix .. id, 'ats') or '0') == deliveries
end
local function eachDeath(act)
  local done = {}
  for i = FIRST.deaths, #ARGV, INLINE.size('death') do
    local id = ARGV[i + ENTRY.death.jobId]
    done[#done + 1] = isThere(id, ARGV[i + ENTRY.death.deliveries]) and act(id, prefix .. id) or 0
  end
  return done
end
