-- Adds a schedule, or changes the one of that name. BullMQ's script drops a run that is due and waits for a worker; here it stays.
--
-- Roles: producer, operator
-- Keys: schedules
-- Needs memory: a server that is out of it refuses the schedule as a whole
-- Arguments:
--   prefix
--   schedule: its name
--   options: of the scheduler, as JSON
--   payload
--   template: the options of each run, as JSON
--   first: the options of the first run, as JSON
--   staysPaused: 1 when one that is paused stays so
--   times...: the next times of a pattern (ms); none for an interval
-- Reply: the time of the next run, and 1 when it is paused; or BullMQ's code alone: -10 and -11 say that all times have a job.
-- Cost: some thirty commands; a run that waits is searched for in its list.

--- bullmq: addJobScheduler removeJob
--- include: server-time
local prefix, schedule = ARGV.prefix, ARGV.schedule
local schedulers = KEYS.schedulers
--- include: kinds
--- include: family
--- include: stop-schedule
--- include: jitter
requireKinds(INLINE.kinds('repeat', 'delayed', 'wait', 'paused', 'meta', 'prioritized', 'marker', 'id', 'events', 'pc', 'active'))
-- What BullMQ's `removeJob` looks at.
requireKinds(INLINE.kinds('completed', 'failed', 'waiting-children'))
requireSchedule(schedule)
local options, run = cjson.decode(ARGV.options), cjson.decode(ARGV.first)
local known = redis.call('HMGET', schedulers .. ':' .. schedule, 'pattern', 'tz', 'paused')
local isPaused = ARGV.staysPaused == '1' and known[3] == '1'

local function jobOf(time)
  return prefix .. 'repeat:' .. schedule .. ':' .. time
end

-- One that is fetched under a lease, or has ended, is no longer to come.
local function waits(time)
  return redis.call('EXISTS', jobOf(time)) == 1 and redis.call('EXISTS', jobOf(time) .. ':lock') == 0
    and redis.call('HEXISTS', jobOf(time), 'finishedOn') == 0
end

local function nextOfPattern()
  local last = redis.call('ZSCORE', schedulers, schedule)
  local isUnchanged = known[1] == options.pattern and (known[2] or nil) == options.tz
  if last and isUnchanged and waits(last) then return last end
  for at = FIRST.times, #ARGV do
    if redis.call('EXISTS', jobOf(ARGV[at])) == 0 or (ARGV[at] == last and waits(last)) then return ARGV[at] end
  end
end

local first = options.every and '0' or nextOfPattern()
-- BullMQ's script would write over a job that has ended.
if not first then return -10 end
if not options.every then run.prevMillis = tonumber(first) end
run.timestamp = tonumber(now)
local template = cjson.decode(ARGV.template)
local added = addJobScheduler(KEYS, { first, options, schedule, ARGV.payload, template, run, now, prefix, '' })
if type(added) == 'number' then return added end
for _, own in ipairs({ 'overlap', 'missed', 'jitter' }) do
  if options[own] then redis.call('HSET', schedulers .. ':' .. schedule, own, options[own]) end
end
local nextMs = redis.call('ZSCORE', schedulers, schedule)
putOff(schedule, nextMs, options.jitter)
if isPaused then stop(schedule) end
return { tonumber(nextMs), isPaused and 1 or 0 }
