-- Reads what has become of the children of a job that is under way.
--
-- Roles: worker
-- Keys: channel
-- Arguments:
--   prefix
--   id
--   token: of the lease
-- Reply: `[how many are open, acked, dead, fatal]`, by their keys: the acked ones with their results in turn, the dead ones that the job
--   goes on without with their reasons, and those that it dies with. Nothing for a lost lease.
-- Cost: five commands, and as much as the results of all children have bytes.

--- include: lease
local call = redis.call
local key = ARGV.prefix .. ARGV.id
if not holdsLease(ARGV.prefix, ARGV.id, ARGV.token) then return false end
return {
  call('SCARD', key .. ':dependencies'),
  call('HGETALL', key .. ':processed'),
  call('HGETALL', key .. ':failed'),
  call('ZRANGE', key .. ':unsuccessful', '0', '-1'),
}
