-- Pauses or resumes a queue.
--
-- Roles: operator
-- Keys: channel
-- Arguments:
--   prefix
--   state: `paused` or `resumed`
-- Reply: how many jobs are still kept apart, as an old BullMQ kept them.
-- Cost: some ten commands; some thousands of jobs that are kept apart are moved at a time.

--- bullmq: pause
local prefix = ARGV.prefix
--- include: kinds
local wait, paused = KEYS.wait, KEYS.paused
local from, to = wait, paused
if ARGV.state == 'resumed' then from, to = paused, wait end
requireKinds(INLINE.kinds('wait', 'prioritized', 'delayed', 'events', 'meta', 'marker', 'paused'))
return pause({ from, to, KEYS.meta, KEYS.prioritized, KEYS.events, KEYS.delayed, KEYS.marker }, { ARGV.state, '1' })
