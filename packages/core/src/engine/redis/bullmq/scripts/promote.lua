-- Makes a delayed job due.
--
-- Roles: operator
-- Keys: channel
-- Arguments:
--   prefix
--   id
-- Reply: 0, or -3 for a job that is not delayed.
-- Cost: some ten commands.

--- bullmq: promote
local prefix = ARGV.prefix
--- include: kinds
local wait, active, prioritized, events, _, _, delayed, paused, meta, pc, marker = unpack(KEYS)
requireKinds(INLINE.kinds('wait', 'active', 'prioritized', 'delayed', 'events', 'meta', 'pc', 'marker', 'paused'))
return promote({ delayed, wait, paused, meta, prioritized, active, pc, events, marker }, ARGV)
