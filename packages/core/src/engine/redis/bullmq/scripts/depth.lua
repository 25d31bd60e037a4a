-- How full a queue is. The oldest job is at the head of the plain ones, of the highest priority, or of the lowest, which starves first:
-- each is found without a scan. An older one in between is not searched.
--
-- Keys: channel
-- Arguments:
--   prefix
-- Reply: a `DepthAnswer`.
-- Cost: some seventeen commands, whatever the length of the queue.

--- include: server-time
local prefix = ARGV.prefix
local wait, active, prioritized, delayed, paused, meta, completed, failed =
  KEYS.wait, KEYS.active, KEYS.prioritized, KEYS.delayed, KEYS.paused, KEYS.meta, KEYS.completed, KEYS.failed
local call = redis.call

local function headOfLowest()
  local last = call('ZRANGE', prioritized, -1, -1, 'WITHSCORES')
  if not last[2] then return nil end
  local priority = math.floor(tonumber(last[2]) / CONST.priorityUnits)
  return call('ZRANGEBYSCORE', prioritized, priority * CONST.priorityUnits, '+inf', 'LIMIT', 0, 1)[1]
end

local oldest = false
local function consider(id)
  local sentAt = id and call('HGET', prefix .. id, 'timestamp')
  if sentAt and (not oldest or tonumber(sentAt) < tonumber(oldest)) then oldest = sentAt end
end
consider(call('LINDEX', wait, -1))
consider(call('LINDEX', paused, -1))
consider(call('ZRANGE', prioritized, 0, 0)[1])
consider(headOfLowest())

return {
  call('HEXISTS', meta, 'paused'),
  call('LLEN', wait) + call('LLEN', paused) + call('ZCARD', prioritized),
  call('ZCARD', delayed), call('LLEN', active), call('ZCARD', completed), call('ZCARD', failed),
  oldest,
  call('ZRANGE', delayed, 0, 0, 'WITHSCORES')[2] or false,
  tonumber(now),
}
