-- Defines `stop(schedule)`, which pauses a schedule. BullMQ has no paused schedulers: what it adds next follows a run whose time is the
-- scheduler's score, and half a millisecond more is the time of none. Who has the last run then adds no other, and dashboards show the same time.
-- Expects `prefix`, `schedulers` and BullMQ's `removeJob`.

local function stop(schedule)
  local last = redis.call('ZSCORE', schedulers, schedule)
  redis.call('HSET', schedulers .. ':' .. schedule, 'paused', '1')
  if not last or last ~= string.format('%d', last) then return end
  redis.call('ZADD', schedulers, 'XX', last .. '.5', schedule)
  local id = 'repeat:' .. schedule .. ':' .. last
  if redis.call('EXISTS', prefix .. id) == 1 and redis.call('HEXISTS', prefix .. id, 'finishedOn') == 0 then
    removeJob({ prefix .. id, schedulers }, { id, '0', prefix })
  end
end
