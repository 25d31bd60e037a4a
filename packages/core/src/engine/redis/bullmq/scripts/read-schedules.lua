-- Reads schedules, each with the state of its next run.
--
-- Roles: producer, operator
-- Keys: schedules
-- Arguments:
--   prefix
--   names...
-- Reply: for each its time, the options of its next run ('' where that is not there, or has ended), its record; or false.
-- Cost: four commands for each.

local found = {}
for at = FIRST.names, #ARGV do
  local name = ARGV[at]
  local time = redis.call('ZSCORE', KEYS.schedulers, name)
  local row = false
  if time then
    local job = ARGV.prefix .. 'repeat:' .. name .. ':' .. time
    local waits = redis.call('EXISTS', job) == 1 and redis.call('HEXISTS', job, 'finishedOn') == 0
    row = { time, waits and redis.call('HGET', job, 'opts') or '', redis.call('HGETALL', KEYS.schedulers .. ':' .. name) }
  end
  found[#found + 1] = row
end
return found
