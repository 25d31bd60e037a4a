-- Deletes dead letters.
--
-- Keys: channel
-- Arguments:
--   prefix
--   deaths...: job id and deliveries of each
-- Reply: 1 or 0 for each.
-- Cost: some fifteen commands a job.

--- bullmq: removeJob
--- include: each-death
return eachDeath(function(id, key) return removeJob({ key, prefix .. 'repeat' }, { id, '0', prefix }) == 1 and 1 or 0 end)
