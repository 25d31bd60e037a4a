-- Stores a job's progress: BullMQ's own script is not fenced by the lease.
--
-- Roles: worker
-- Keys: channel
-- Arguments:
--   prefix
--   id
--   token: of the lease
--   progress: as JSON
-- Reply: 1, or 0 for a lost lease.
-- Cost: some seven commands.

--- bullmq: updateProgress
--- include: lease
local prefix, id, token, progress = unpack(ARGV)
--- include: kinds
if not holdsLease(prefix, id, token) then return 0 end
requireKinds(INLINE.kinds('events', 'meta'))
updateProgress({ prefix .. id, KEYS.events, KEYS.meta }, { id, progress })
return 1
