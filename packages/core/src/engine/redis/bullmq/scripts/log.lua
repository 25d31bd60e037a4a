-- Adds a line to a job's log: BullMQ's own script is not fenced by the lease.
--
-- Roles: worker
-- Keys: channel
-- Arguments:
--   prefix
--   id
--   token: of the lease
--   line
--   most: how many lines are kept
-- Reply: 1, or 0 for a lost lease.
-- Cost: some four commands.

--- bullmq: addLog
--- include: lease
local prefix, id, token, line, most = unpack(ARGV)
if not holdsLease(prefix, id, token) then return 0 end
addLog({ prefix .. id, prefix .. id .. ':logs' }, { id, line, most })
return 1
