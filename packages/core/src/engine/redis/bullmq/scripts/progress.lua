-- Stores a job's progress: BullMQ's own script is not fenced by the lease.
--
-- Keys: channel
-- Arguments:
--   prefix
--   id
--   token: of the lease
--   progress: as JSON
-- Reply: 1, or 0 for a lost lease.
-- Cost: some four commands.

--- bullmq: updateProgress
--- include: lease
local prefix, id, token, progress = unpack(ARGV)
if not holdsLease(prefix, id, token) then return 0 end
updateProgress({ prefix .. id, KEYS.events, KEYS.meta }, { id, progress })
return 1
