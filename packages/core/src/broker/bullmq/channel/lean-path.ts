// The lean path of the channel's script: what an ordinary call comes to when BullMQ's scripts have nothing else to do.

/**
 * Defines `runLean(plan)`, which carries out what `planLean` found ordinary in some eight commands a job instead of thirty, or
 * answers nil if it could not begin. What that leaves in the server, and what it answers, is what BullMQ's scripts would leave and
 * answer: `test/differential` holds it to that.
 *
 * Expects the channel script's names, `call`, `bullmq`, `readJob`, `textOf` and `replyOf` among them.
 */
export const leanPath = `
local function unlock(plan)
  if #plan.acks == 0 then return end
  call('DEL', unpack(plan.locks))
  if plan.stalledCount == 0 then return end
  for _, job in ipairs(plan.acks) do call('SREM', stalled, job.id) end
end

-- Whether the oldest active jobs are just these, as they are when they were fetched together and nobody is slower.
local function areOldest(acks)
  if #acks < 4 then return false end
  local isAcked, oldest = {}, call('LRANGE', active, -#acks, -1)
  for _, job in ipairs(acks) do isAcked[job.id] = true end
  for _, id in ipairs(oldest) do
    if not isAcked[id] then return false end
    isAcked[id] = nil
  end
  return #oldest == #acks
end

-- Answers how many of the jobs were active.
local function leaveActive(acks)
  local areLast, leaving = areOldest(acks), 0
  if areLast then call('LTRIM', active, 0, -#acks - 1) end
  for _, job in ipairs(acks) do
    job.wasActive = areLast or call('LREM', active, '-1', job.id) > 0
    if job.wasActive then leaving = leaving + 1 end
  end
  return leaving
end

local function leanAck(job)
  call('HSET', job.key, 'atm', job.attemptsMade, 'returnvalue', job.result, 'finishedOn', now)
  call('XADD', events, '*', 'event', 'completed', 'jobId', job.id, 'returnvalue', job.result, 'prev', 'active')
end

local function leanFetch(id, token)
  local key = prefix .. id
  call('SET', key .. ':lock', token, 'PX', leaseMs)
  call('XADD', events, '*', 'event', 'active', 'jobId', id, 'prev', 'waiting')
  local fields = call('HGETALL', key)
  local told, isPlain = readJob(fields)
  local before = told[placeOf.ats]
  local starts = before == '\\0' and '1' or string.format('%d', before + 1)
  local added = call('HSET', key, 'processedOn', now, 'pb', worker, 'ats', starts)
  told[placeOf.ats] = starts
  return textOf(told, isPlain and #fields / 2 + added or -1, id)
end

local function sayIfDrained()
  if call('LLEN', wait) > 0 or call('LLEN', active) > 0 then return end
  if call('ZCARD', prioritized) == 0 then call('XADD', events, '*', 'event', 'drained') end
end

-- Answers how many of the acked jobs were active. Only its first command can fail, for what lies in the active list's place.
local function moveIds(plan)
  local leaving, ids, taken = leaveActive(plan.acks), plan.ids, {}
  if #ids == 1 then call('RPOPLPUSH', wait, active) end
  if #ids < 2 then return leaving end
  for i = 1, #ids do taken[i] = ids[#ids + 1 - i] end
  call('LPUSH', active, unpack(taken))
  call('LTRIM', wait, 0, -#ids - 1)
  return leaving
end

local function rememberAcked(acked, surplus)
  if #acked == 0 then return end
  local over = call('ZADD', completed, unpack(acked)) - surplus.room
  if over <= 0 or #surplus.keys == 0 then return end
  call('DEL', unpack(surplus.keys, 1, over))
  if surplus.hasSides then call('DEL', unpack(surplus.sides, 1, 5 * over)) end
  call('ZREMRANGEBYRANK', completed, '0', over - 1)
end

local function runLean(plan)
  local ids = plan.ids
  local areMoved, leaving = pcall(moveIds, plan)
  if not areMoved then return nil end
  unlock(plan)
  local acked, fetched, isMarked = {}, 0, false
  local function ack(job)
    if not job.wasActive then return bullmq().alreadySettled(job) and 0 or -3 end
    acked[#acked + 1], acked[#acked + 2] = now, job.id
    local isLast = #acked == 2 * leaving
    -- Each ack of BullMQ trims the events first. The last trim leaves what all of them would, unless a stream is so much too long
    -- that Redis trims a part of it at a time.
    local trimsLeft = isLast and leaving or 0
    while trimsLeft > 0 and call('XTRIM', events, 'MAXLEN', '~', plan.mostEvents) > 0 do trimsLeft = trimsLeft - 1 end
    leanAck(job)
    -- While ids are left, or jobs that BullMQ would still have active, the queue is not drained.
    if isLast and fetched == #ids then sayIfDrained() end
    return 0
  end
  local function take(token)
    if fetched == #ids then return bullmq().fetch(token) end
    fetched = fetched + 1
    local fields = leanFetch(ids[#ids - fetched + 1], token)
    if not isMarked then call('ZADD', marker, '0', '0') end
    isMarked = true
    return fields
  end
  local replies = {}
  for i, step in ipairs(plan.steps) do
    replies[i] = replyOf(pcall(type(step) == 'table' and ack or take, step))
  end
  rememberAcked(acked, plan.surplus)
  return replies
end`;
