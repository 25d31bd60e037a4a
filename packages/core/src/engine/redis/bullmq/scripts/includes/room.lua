-- Whether a bounded queue has room for one more job, and how it gets some.
--
-- Defines `fullAt(run, jobId)`, which returns how many jobs wait where one more would be too many, and nil where it may be added: there is room,
-- the queue knows the id already, another job stands for it, or the oldest has been dropped. And `wouldBeFullAt(run, jobId, coming)`, which
-- returns the same where so many others come before it, and drops nothing. Expects `call`, `prefix`, `wait`, `events` and `removeJob`.

--- include: remove-job
local prioritized, delayed, paused = prefix .. 'prioritized', prefix .. 'delayed', prefix .. 'paused'

local function queueLength()
  return call('LLEN', wait) + call('LLEN', paused) + call('ZCARD', prioritized) + call('ZCARD', delayed)
    + call('ZCARD', prefix .. CONST.heldKey)
end

-- The first of the ids that is no run of a schedule, which would end with its run, and has no key, whose turn would go with it.
local function droppable(ids)
  for i = 1, #ids do
    local fields = call('HMGET', prefix .. ids[i], 'rjk', 'opts')
    local isRead, options = pcall(cjson.decode, fields[2] or '{}')
    local hasKey = isRead and type(options) == 'table' and options.key
    if not fields[1] and not hasKey then return ids[i] end
  end
end

-- What is to go next, where it is, and how it is taken out there: of what waits the oldest; of what has a priority the last to be fetched; of
-- what is delayed the first that is due.
local function oldest()
  local waiting, ids = call('LRANGE', wait, -CONST.droppableAmong, -1), {}
  for i = #waiting, 1, -1 do ids[#ids + 1] = waiting[i] end
  local found = droppable(ids)
  if found then return found, 'wait', { 'LREM', wait, -1, found } end
  found = droppable(call('ZREVRANGE', prioritized, 0, CONST.droppableAmong - 1))
  if found then return found, 'prioritized', { 'ZREM', prioritized, found } end
  found = droppable(call('ZRANGE', delayed, 0, CONST.droppableAmong - 1))
  if found then return found, 'delayed', { 'ZREM', delayed, found } end
end

-- BullMQ's script would search the whole list for it. One with a parent, or that stands for others, is more than its keys.
local function dropOldest()
  local jobId, from, takeOut = oldest()
  if not jobId then return false end
  local key = prefix .. jobId
  local family = call('HMGET', key, 'parentKey', 'deid')
  if family[1] or family[2] then return removeWhole(jobId) == 1 end
  call(unpack(takeOut))
  call('DEL', key, key .. ':logs', key .. ':processed', key .. ':failed', key .. ':unsuccessful', key .. ':dependencies')
  call('XADD', events, '*', 'event', 'removed', 'jobId', jobId, 'prev', from)
  return true
end

-- How many wait where the bound is reached, and nil where a job is to be added however full the queue is.
local function lengthAtBound(run, jobId, coming)
  local length = queueLength() + coming
  if length < run.bound[1] or call('EXISTS', prefix .. jobId) == 1 then return nil end
  if run.options.de and call('EXISTS', prefix .. 'de:' .. run.options.de.id) == 1 then return nil end
  return length
end

local function wouldBeFullAt(run, jobId, coming)
  local length = lengthAtBound(run, jobId, coming)
  if length and run.bound[2] == 1 and oldest() then return nil end
  return length
end

local function fullAt(run, jobId)
  local most, length = run.bound[1], lengthAtBound(run, jobId, 0)
  if not length then return nil end
  if run.bound[2] ~= 1 or not dropOldest() then return length end
  -- More than one where the bound was higher before; a queue that is far above it comes down send by send, and refuses none that has dropped.
  for _ = 2, CONST.droppedForOne do
    if queueLength() < most or not dropOldest() then break end
  end
  return nil
end
