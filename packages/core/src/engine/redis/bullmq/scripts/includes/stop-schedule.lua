-- Defines `stop(schedule)`, which pauses a schedule. BullMQ has no paused schedulers: what it adds next follows a run whose time is the
-- scheduler's score, and half a millisecond more is the time of none. Who has the last run then adds no other, and dashboards show the same time.
-- Defines `requireSchedule(schedule)`, too, which fails, with nothing changed, where BullMQ's scripts would stop halfway at what a schedule or its run
-- to come holds. Expects `prefix`, `schedulers`, BullMQ's `removeJob`, and what `kinds` and `family` define.

local function requireSchedule(schedule)
  local record = schedulers .. ':' .. schedule
  requireKind(record, 'hash')
  local offset = redis.call('HGET', record, 'offset')
  if offset and not tonumber(offset) then error({ err = 'the field offset of ' .. record .. ' is no number: delete it' }) end
  local last = redis.call('ZSCORE', schedulers, schedule)
  local run = last and prefix .. 'repeat:' .. schedule .. ':' .. last
  if not run then return end
  requireKind(run, 'hash')
  requireKind(run .. ':lock', 'string')
  if redis.call('EXISTS', run) == 1 then requireFamily(run) end
end

local function stop(schedule)
  local last = redis.call('ZSCORE', schedulers, schedule)
  redis.call('HSET', schedulers .. ':' .. schedule, 'paused', '1')
  if not last or last ~= string.format('%d', last) then return end
  redis.call('ZADD', schedulers, 'XX', last .. '.5', schedule)
  local id = 'repeat:' .. schedule .. ':' .. last
  local waits = redis.call('EXISTS', prefix .. id) == 1 and redis.call('HEXISTS', prefix .. id, 'finishedOn') == 0
  if waits and isOfKind(prefix .. id .. ':lock', 'string') then
    removeJob({ prefix .. id, schedulers }, { id, '0', prefix })
  end
end
