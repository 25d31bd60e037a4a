-- Makes a delayed job due.
--
-- Keys: channel
-- Arguments:
--   prefix
--   id
-- Reply: 0, or -3 for a job that is not delayed.
-- Cost: some ten commands.

--- bullmq: promote
local wait, active, prioritized, events, _, _, delayed, paused, meta, pc, marker = unpack(KEYS)
return promote({ delayed, wait, paused, meta, prioritized, active, pc, events, marker }, ARGV)
