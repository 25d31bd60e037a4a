-- Takes up an expired lease again whose job went to no other consumer.
--
-- Defines `isSameLife(job)`, whether the job's generation is the same, and `reclaim(job)`. Their jobs have `id`, `key`, `token` and `life`,
-- the generation: the counts of deliveries and of lost leases when it was fetched. A lease that expired before the job went to another
-- consumer still belongs to its holder: nothing else has happened to the job. The worker that fetched it last is compared, too: a server that
-- has forgotten a fetch counts the same for the next. Expects `isActive(id)` and `leaseMs`, and a job that has no
-- lock.

local function isSameLife(job)
  local seen = redis.call('HMGET', job.key, 'ats', 'stc', 'pb')
  local isSameWorker = not seen[3] or seen[3] == string.match(job.token, '^([^|]+)|')
  return isSameWorker and seen[1] and seen[1] .. '/' .. (seen[2] or '0') == job.life
end

local function reclaim(job)
  if not isSameLife(job) or not isActive(job.id) then return false end
  redis.call('SET', job.key .. ':lock', job.token, 'PX', leaseMs)
  return true
end
