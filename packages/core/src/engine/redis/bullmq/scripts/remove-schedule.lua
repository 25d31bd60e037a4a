-- Removes a schedule, and its run that is delayed.
--
-- Roles: producer, operator
-- Keys: schedules
-- Arguments:
--   prefix
--   schedule: its name
-- Reply: 1, or 0 where there is no such schedule.
-- Cost: some six commands.

--- bullmq: removeJobScheduler
local prefix, schedule = ARGV.prefix, ARGV.schedule
--- include: kinds
requireKinds(INLINE.kinds('repeat', 'delayed', 'events'))
return 1 - removeJobScheduler({ KEYS.schedulers, KEYS.delayed, KEYS.events }, { schedule, prefix })
