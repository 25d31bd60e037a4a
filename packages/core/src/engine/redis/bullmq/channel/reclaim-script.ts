// Lua that takes up a lease again which expired while nobody else was given its job.

/**
 * Defines `isSameLife(job)` and `reclaim(job)`, whose jobs have `id`, `key`, `token` and `life`: the count of deliveries and of lost
 * leases, as they were when it was fetched. A lease that expired before anybody else was given the job is still its holder's: nothing
 * else has happened to the job. Expects `isActive(id)` and `leaseMs`, and a job that has no lock.
 */
export const reclaiming = `
local function isSameLife(job)
  local seen = redis.call('HMGET', job.key, 'ats', 'stc')
  return seen[1] and seen[1] .. '/' .. (seen[2] or '0') == job.life
end

local function reclaim(job)
  if not isSameLife(job) or not isActive(job.id) then return false end
  redis.call('SET', job.key .. ':lock', job.token, 'PX', leaseMs)
  return true
end`;
