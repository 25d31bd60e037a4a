-- Deletes dead letters.
--
-- Roles: operator
-- Keys: channel
-- Arguments:
--   prefix
--   deaths...: job id and deliveries of each
-- Reply: 1 or 0 for each.
-- Cost: some sixteen commands a job.

--- bullmq: removeJob
--- include: each-death
local call = redis.call
--- include: server-time
--- include: turns
--- include: remove-job
local purged = eachDeath(function(id, key)
  local group = groups.of(key)
  if removeWhole(id) ~= 1 then return 0 end
  if group then groups.leave(id, group) end
  return 1
end)
groups.wake()
return purged
