-- Drops from a queue's outbox what its target has.
--
-- Roles: producer, worker
-- Keys: outboxes
-- Arguments:
--   target: the queue that the jobs were for
--   mark: the highest sequence number that it has
--   most: how many jobs to look at
-- Reply: how many were dropped.
-- Cost: two commands; some more for the last that wait.

local list = KEYS.outboxes .. ':' .. ARGV.target
local dropped, jobs = 0, redis.call('LRANGE', list, '0', ARGV.most * INLINE.size('outgoing') - 1)
for at = 1, #jobs, INLINE.size('outgoing') do
  if tonumber(jobs[at]) <= tonumber(ARGV.mark) then dropped = dropped + 1 end
end
if dropped > 0 then
  local targets, isAnyLeft = redis.call('HKEYS', KEYS.outboxes), false
  redis.call('LTRIM', list, dropped * INLINE.size('outgoing'), -1)
  for _, target in ipairs(targets) do
    isAnyLeft = isAnyLeft or redis.call('EXISTS', KEYS.outboxes .. ':' .. target) == 1
  end
  -- The sequence numbers of a queue that sends no more are of no use any more.
  if not isAnyLeft then redis.call('PEXPIRE', KEYS.outboxes, CONST.ownKeptMs) end
end
return dropped
