-- Defines `eachDeath(act)`, which calls `act(id, key)` for each death of the arguments that is not over, and returns what it returned, or
-- 0, for each. A death is over when the job left the dead letters, or came back to them by another delivery. Defines `prefix`, too.

local prefix = ARGV.prefix
--- include: kinds
--- include: family
local kindsOfAll =
  INLINE.kinds('wait', 'active', 'prioritized', 'delayed', 'completed', 'failed', 'events', 'meta', 'pc', 'marker', 'waiting-children')

local function isThere(id, deliveries)
  return redis.call('ZSCORE', KEYS.failed, id) and (redis.call('HGET', prefix .. id, 'ats') or '0') == deliveries
end
local function eachDeath(act)
  local done = {}
  requireKinds(kindsOfAll)
  for i = FIRST.deaths, #ARGV, INLINE.size('death') do
    local id = ARGV[i + ENTRY.death.jobId]
    local isDue = isThere(id, ARGV[i + ENTRY.death.deliveries])
    if isDue then requireFamily(prefix .. id) end
    done[#done + 1] = isDue and act(id, prefix .. id) or 0
  end
  return done
end
