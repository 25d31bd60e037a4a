-- Removes a job that is not under way, by BullMQ's script, and releases its parent where that does not.
--
-- Defines `removeWhole(id)`, which returns what BullMQ's `removeJob` does: 1 when the job is gone. That takes what stands behind the last colon of
-- its parent's key for the parent's id: a run of a schedule, whose id holds colons, would wait for its children for ever.
--
-- Expects `call`, `prefix` and `removeJob`.

-- As BullMQ does with any other parent.
local function releaseParent(parent)
  local queue, id = parent.queueKey .. ':', parent.id
  if call('SCARD', queue .. id .. ':dependencies') > 0 or call('ZREM', queue .. 'waiting-children', id) == 0 then return end
  call('RPUSH', queue .. 'wait', id)
  call('XADD', queue .. 'events', '*', 'event', 'waiting', 'jobId', id, 'prev', 'waiting-children')
  if call('HEXISTS', queue .. 'meta', 'paused') == 0 then call('ZADD', queue .. 'marker', '0', '0') end
end

local function removeWhole(id)
  local key = prefix .. id
  local text = call('HGET', key, 'parent')
  local code = removeJob({ key, prefix .. 'repeat' }, { id, '0', prefix })
  if code ~= 1 or not text then return code end
  local isRead, parent = pcall(cjson.decode, text)
  if not isRead or type(parent) ~= 'table' or type(parent.id) ~= 'string' or type(parent.queueKey) ~= 'string' then return code end
  if string.find(parent.id, ':', 1, true) then releaseParent(parent) end
  return code
end
