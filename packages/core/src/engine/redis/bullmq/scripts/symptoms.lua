-- Signs that something is wrong with a queue, or that BullMQ uses it, too: BullMQ marks the queues that it opens.
--
-- Roles: operator
-- Keys: channel
-- Arguments:
--   prefix
--   most: how many active jobs to check
-- Reply: `[active jobs without a lease, BullMQ's mark or null, jobs in outboxes, acked jobs that Acktor's own list has not, when the oldest
--   was acked or null]`.
-- Cost: an EXISTS for each job checked.

local prefix, most = ARGV.prefix, tonumber(ARGV.most)
local unleased = 0
local active = redis.pcall('LRANGE', KEYS.active, -most, -1)
for _, id in ipairs(active.err and {} or active) do
  if redis.call('EXISTS', prefix .. id .. ':lock') == 0 then unleased = unleased + 1 end
end
local outboxes, unsent = prefix .. CONST.outboxesKey, 0
-- Not HKEYS, for which the users that only look at queues have no right.
local targets = redis.call('HGETALL', outboxes)
for i = 1, #targets, 2 do unsent = unsent + redis.call('LLEN', outboxes .. ':' .. targets[i]) end
local function sizeOf(command, key)
  local size = redis.pcall(command, key)
  return type(size) == 'number' and size or 0
end
local mark, oldest = redis.pcall('HGET', KEYS.meta, 'version'), redis.pcall('ZRANGE', KEYS.completed, 0, 0, 'WITHSCORES')[2]
local byOthers = math.max(0, sizeOf('ZCARD', KEYS.completed) - sizeOf('LLEN', KEYS.acked))
return { unleased, type(mark) == 'string' and mark, unsent / INLINE.size('outgoing'), byOthers, oldest or false }
