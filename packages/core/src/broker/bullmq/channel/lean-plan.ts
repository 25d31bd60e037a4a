// Whether a call of the channel is an ordinary one, found out by reading alone.

/**
 * Defines `planLean()`, which only reads, and answers a plan for a call of nothing but acks and fetches whose queue and
 * jobs are ordinary, or nil.
 *
 * Ordinary is a queue that is not paused, has no limit on concurrency or rate and no delayed job that is due, and a job that is
 * leased to who acks it, has no parent, children or deduplication, and no retention of its own.
 *
 * Expects the channel script's names, `call`, `arity` and `nextDueMs` among them.
 */
export const leanPlan = `
-- The steps of the call: a job to ack as a table, a token to fetch with as it is. Nil when there are others.
local function acksAndFetches()
  local steps, acks, fetches, seen = {}, {}, 0, {}
  local at = firstEntry
  while at <= #ARGV do
    local word = ARGV[at]
    if word == 'fetch' then
      fetches = fetches + 1
      steps[#steps + 1] = ARGV[at + 1]
    elseif word == 'ack' then
      local id = ARGV[at + 1]
      if seen[id] then return nil end
      local job = { id = id, key = prefix .. id, token = ARGV[at + 2], life = ARGV[at + 3], fieldCount = ARGV[at + 4],
        attemptsMade = ARGV[at + 5], result = ARGV[at + 6] }
      seen[id] = job
      acks[#acks + 1] = job
      steps[#steps + 1] = job
    else
      return nil
    end
    at = at + 1 + arity[word]
  end
  return steps, acks, fetches, seen
end

-- A queue on which BullMQ has set the length of its event stream has been used before; the first call sets it.
local function isOrdinaryQueue(plan)
  local attributes = call('HMGET', meta, 'paused', 'concurrency', 'max', 'opts.maxLenEvents')
  plan.mostEvents = attributes[4]
  if attributes[1] or attributes[2] or attributes[3] or not attributes[4] then return false end
  if plan.fetches == 0 then return true end
  plan.nextDueMs = nextDueMs()
  return not plan.nextDueMs or plan.nextDueMs > tonumber(now)
end

local function areOrdinaryJobs(acks)
  if #acks == 0 then return true end
  local locks, families = {}, {}
  for i, job in ipairs(acks) do
    locks[i] = job.key .. ':lock'
    families[2 * i - 1] = job.key .. ':dependencies'
    families[2 * i] = job.key .. ':unsuccessful'
  end
  for i, token in ipairs(call('MGET', unpack(locks))) do
    if token ~= acks[i].token then return false end
  end
  if call('EXISTS', unpack(families)) > 0 then return false end
  for _, job in ipairs(acks) do
    -- As long as it has as many fields as when it was fetched, these are the same: while a job is leased nothing takes one away
    -- and puts another in its place.
    if call('HLEN', job.key) ~= tonumber(job.fieldCount) then
      local fields = call('HMGET', job.key, 'name', 'parentKey', 'parent', 'deid')
      if not fields[1] or fields[2] or fields[3] or fields[4] then return false end
    end
  end
  return true, locks
end

-- The acked jobs that may have to go to keep to the retention, as keys, and how many more it has room for; nil when that needs
-- more than deleting them, or one of them is in this call.
local function surplusOf(acks, isInCall)
  local keep, surplus = retention.completed, { keys = {}, sides = {} }
  if #acks == 0 then return surplus end
  surplus.room = keep.count - call('ZCARD', completed)
  local count = math.max(#acks - surplus.room, 0)
  -- Lua unpacks some 8,000 values at most, and a job has six keys: a queue that kept far more before is BullMQ's to clear.
  if count > 500 then return nil end
  local first = call('ZRANGE', completed, '0', '0', 'WITHSCORES')
  if first[2] and tonumber(first[2]) <= now - keep.age * 1000 then return nil end
  if count == 0 then return surplus end
  -- Without their scores, for the server writes each with printf.
  local oldest = count == 1 and { first[1] } or call('ZRANGE', completed, '0', count - 1)
  if #oldest < count then return nil end
  -- Among jobs of this very millisecond, which of them goes depends on their ids.
  local lastScore = count == 1 and first[2] or call('ZSCORE', completed, oldest[count])
  if tonumber(lastScore) >= tonumber(now) then return nil end
  local keys, sides = surplus.keys, surplus.sides
  for i, id in ipairs(oldest) do
    local key, n = prefix .. id, #sides
    if isInCall[id] or call('HEXISTS', key, 'parentKey') == 1 then return nil end
    keys[#keys + 1] = key
    sides[n + 1], sides[n + 2], sides[n + 3] = key .. ':logs', key .. ':dependencies', key .. ':processed'
    sides[n + 4], sides[n + 5] = key .. ':failed', key .. ':unsuccessful'
  end
  surplus.hasSides = call('EXISTS', unpack(sides)) > 0
  return surplus
end

-- BullMQ once kept markers among the waiting ids, and looks for them still. A job that is acked here does not wait as well.
local function waitingIds(fetches, isInCall)
  local ids = fetches > 0 and call('LRANGE', wait, -fetches, -1) or {}
  for _, id in ipairs(ids) do
    if isInCall[id] or string.sub(id, 1, 2) == '0:' then return nil end
  end
  for _, id in ipairs(ids) do isInCall[id] = true end
  return ids
end

-- Reads only. What cannot be read is not ordinary either.
local function planLean()
  local plan, isInCall = {}, nil
  plan.steps, plan.acks, plan.fetches, isInCall = acksAndFetches()
  if not plan.steps then return nil end
  -- A job of plain BullMQ that is named like a part of the queue may lie in its place. Of the active list runLean finds out.
  call('XLEN', events)
  if plan.fetches > 0 then call('ZCARD', marker) end
  if not isOrdinaryQueue(plan) then return nil end
  plan.stalledCount = #plan.acks > 0 and call('SCARD', stalled) or 0
  local areOrdinary
  areOrdinary, plan.locks = areOrdinaryJobs(plan.acks)
  if not areOrdinary then return nil end
  plan.ids = waitingIds(plan.fetches, isInCall)
  if not plan.ids then return nil end
  plan.surplus = surplusOf(plan.acks, isInCall)
  return plan.surplus and plan
end`;
