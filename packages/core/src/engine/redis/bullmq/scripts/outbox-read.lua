-- Reads the oldest jobs that wait in a queue's outboxes: those that were sent with its settlements to queues in other slots of the cluster.
--
-- Roles: producer, worker
-- Keys: outboxes
-- Arguments:
--   most: how many jobs of each target
-- Reply: of each target with jobs `[queue, how many wait, jobs]`, the jobs flat, with the parts of `outgoing` in protocol.mjs each.
-- Cost: a command for each target that was ever sent to, and two for each with jobs.

local call = redis.call
local found = {}
for _, target in ipairs(call('HKEYS', KEYS.outboxes)) do
  local list = KEYS.outboxes .. ':' .. target
  local jobs = call('LRANGE', list, '0', ARGV.most * INLINE.size('outgoing') - 1)
  if #jobs > 0 then found[#found + 1] = { target, call('LLEN', list) / INLINE.size('outgoing'), jobs } end
end
return found
