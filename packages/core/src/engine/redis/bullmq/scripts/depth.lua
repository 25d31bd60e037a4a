-- How full a queue is. The oldest job is at the head of the plain ones, of the highest priority, or of the lowest, which starves first:
-- each is found without a scan. An older one in between is not searched.
--
-- Roles: worker, operator
-- Keys: channel
-- Arguments:
--   prefix
-- Reply: a `DepthAnswer`.
-- Cost: some eighteen commands, whatever the length of the queue.

--- include: server-time
local prefix = ARGV.prefix
local wait, active, prioritized, delayed, paused, meta, completed, failed =
  KEYS.wait, KEYS.active, KEYS.prioritized, KEYS.delayed, KEYS.paused, KEYS.meta, KEYS.completed, KEYS.failed
-- A key that holds another kind of value has nothing of the queue: `acktor doctor` names it.
local function call(...)
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err then return string.find(reply.err, 'WRONGTYPE') and {} or error(reply) end
  return reply
end
local function sizeOf(...)
  local size = call(...)
  return type(size) == 'number' and size or 0
end

local function headOfLowest()
  local last = call('ZRANGE', prioritized, -1, -1, 'WITHSCORES')
  if not last[2] then return nil end
  local priority = math.floor(tonumber(last[2]) / CONST.priorityUnits)
  return call('ZRANGEBYSCORE', prioritized, priority * CONST.priorityUnits, '+inf', 'LIMIT', 0, 1)[1]
end

local oldest = false
local function consider(id)
  local sentAt = type(id) == 'string' and call('HGET', prefix .. id, 'timestamp')
  if type(sentAt) == 'string' and tonumber(sentAt) and (not oldest or tonumber(sentAt) < tonumber(oldest)) then oldest = sentAt end
end
consider(call('LINDEX', wait, -1))
consider(call('LINDEX', paused, -1))
consider(call('ZRANGE', prioritized, 0, 0)[1])
consider(headOfLowest())
consider(call('ZRANGE', prefix .. CONST.heldKey, 0, 0)[1])

return {
  sizeOf('HEXISTS', meta, 'paused'),
  sizeOf('LLEN', wait) + sizeOf('LLEN', paused) + sizeOf('ZCARD', prioritized) + sizeOf('ZCARD', prefix .. CONST.heldKey),
  sizeOf('ZCARD', prefix .. 'waiting-children'),
  sizeOf('ZCARD', delayed), sizeOf('LLEN', active), sizeOf('ZCARD', completed), sizeOf('ZCARD', failed),
  oldest,
  call('ZRANGE', delayed, 0, 0, 'WITHSCORES')[2] or false,
  tonumber(now),
}
