-- Renews many leases at once, and takes up again those that expired while the job went to no other consumer: a server that was away for
-- longer than a lease has let all of them expire.
--
-- Roles: worker
-- Keys: channel
-- Arguments:
--   prefix
--   leaseMs
--   leases...: job id, lease token and generation of each delivery held
-- Reply: the tokens of the leases that are lost. Of a job that is held twice for a moment only the older one is.
-- Cost: three commands a lease; the active list is read once when a lease has expired.

local prefix, leaseMs, active, stalled = ARGV.prefix, ARGV.leaseMs, KEYS.active, KEYS.stalled
local activeIds
local function isActive(id)
  if not activeIds then
    activeIds = {}
    for _, each in ipairs(redis.call('LRANGE', active, 0, -1)) do activeIds[each] = true end
  end
  return activeIds[id]
end
--- include: reclaim
local lost = {}
for i = FIRST.leases, #ARGV, INLINE.size('lease') do
  local id, token, life = ARGV[i + ENTRY.lease.jobId], ARGV[i + ENTRY.lease.leaseToken], ARGV[i + ENTRY.lease.generation]
  local job = { id = id, key = prefix .. id, token = token, life = life }
  local owner = redis.call('GET', job.key .. ':lock')
  if owner == job.token then
    redis.call('PEXPIRE', job.key .. ':lock', leaseMs)
    redis.call('SREM', stalled, job.id)
  elseif owner or not reclaim(job) then
    lost[#lost + 1] = job.token
  end
end
return lost
