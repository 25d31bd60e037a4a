-- Signs that something is wrong with a queue, or that BullMQ uses it, too: BullMQ marks the queues that it opens.
--
-- Roles: operator
-- Keys: channel
-- Arguments:
--   prefix
--   most: how many active jobs to check
-- Reply: `[active jobs without a lease, BullMQ's mark or null, jobs in outboxes, how many of the oldest acked jobs another client sent, when
--   the oldest was acked or null]`.
-- Cost: an EXISTS for each job checked, and a hundred commands for the acked jobs.

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
local mark, oldest = redis.pcall('HGET', KEYS.meta, 'version'), redis.pcall('ZRANGE', KEYS.completed, 0, 0, 'WITHSCORES')[2]
--- include: ours
local byOthers, first = 0, redis.pcall('ZRANGE', KEYS.completed, 0, CONST.forgottenTogether - 1)
for _, id in ipairs(first.err and {} or first) do
  local options = redis.pcall('HGET', prefix .. id, 'opts')
  if type(options) == 'string' and not isOurs(options) then byOthers = byOthers + 1 end
end
return { unleased, type(mark) == 'string' and mark, unsent / INLINE.size('outgoing'), byOthers, oldest or false }
