-- Sets the limits that are stored with a queue, which every worker keeps to, BullMQ's, too.
--
-- Roles: operator
-- Keys: channel
-- Arguments:
--   concurrency: '' for what it is, 0 for none
--   max: the same, of the rate
--   durationMs: the same
-- Reply: nothing.
-- Cost: some eight commands.

local call, meta = redis.call, KEYS.meta
local isPaused = call('HEXISTS', meta, 'paused') == 1
-- Fails where something else lies in its place.
call('ZCARD', KEYS.marker)
local function set(field, value)
  if value == '0' then call('HDEL', meta, field) elseif value ~= '' then call('HSET', meta, field, value) end
end
set('concurrency', ARGV.concurrency)
set('max', ARGV.max)
set('duration', ARGV.durationMs)
-- What has begun in this span counts on; the span is no longer than one is now.
if ARGV.durationMs ~= '' and ARGV.durationMs ~= '0' and call('PTTL', KEYS.limiter) > tonumber(ARGV.durationMs) then
  call('PEXPIRE', KEYS.limiter, ARGV.durationMs)
elseif ARGV.max == '0' then
  call('DEL', KEYS.limiter)
end
-- Where more may begin now, a worker that waits is woken.
if not isPaused and call('EXISTS', KEYS.wait, KEYS.prioritized) > 0 then
  call('ZADD', KEYS.marker, '0', '0')
end
