-- Makes no run of a schedule until it is put again.
--
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
--- include: stop-schedule
requireKinds(INLINE.kinds('repeat', 'delayed', 'wait', 'meta', 'prioritized', 'marker', 'events'))
if not redis.call('ZSCORE', schedulers, schedule) then return 0 end
stop(schedule)
return 1
