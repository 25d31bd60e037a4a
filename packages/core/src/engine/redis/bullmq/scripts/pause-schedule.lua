-- Makes no run of a schedule until it is put again.
--
-- Roles: producer, operator
-- Keys: schedules
-- Arguments:
--   prefix
--   schedule: its name
-- Reply: 1, or 0 where there is no such schedule.
-- Cost: some twenty commands; a run that waits is searched for in its list.

--- bullmq: removeJob
local prefix, schedule = ARGV.prefix, ARGV.schedule
local schedulers = KEYS.schedulers
--- include: kinds
--- include: family
--- include: stop-schedule
requireKinds(INLINE.kinds('repeat', 'delayed', 'wait', 'paused', 'meta', 'prioritized', 'marker', 'events'))
-- What BullMQ's `removeJob` looks at.
requireKinds(INLINE.kinds('completed', 'failed', 'waiting-children'))
requireSchedule(schedule)
if not redis.call('ZSCORE', schedulers, schedule) then return 0 end
stop(schedule)
return 1
