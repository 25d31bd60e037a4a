-- The fast path of the send script: what BullMQ's scripts come to when all jobs of a call are ordinary, and the queue is.
--
-- Defines `planFast(runs)`, which only reads, and returns a plan for an ordinary call or nil; and `runFast(runs, plan)`, which carries it
-- out in three commands a job instead of ten, and returns whether it did. What that leaves in the server is what BullMQ's scripts would
-- leave: `test/differential` holds it to that. Ordinary is a job without delay, priority, key and deduplication whose id is neither in the queue
-- nor twice in
-- the call, and a queue that is not paused and has no limit on concurrency.
--
-- Expects the send script's names, `call` among them, and ids that are no part of the queue, which `checkName` sees to.

-- How many events the queue keeps, which BullMQ sets in the first send to it; nil when that is no number that Redis trims to, or
-- the queue is paused or limited.
local function mostEventsOf()
  local attributes = call('HMGET', meta, 'paused', 'concurrency', 'opts.maxLenEvents')
  if attributes[1] or attributes[2] or not attributes[3] then return nil end
  return string.match(attributes[3], '^[1-9]%d?%d?%d?%d?%d?%d?%d?%d?$')
end

-- The ids of the jobs and the keys of their hashes; nil when there is a job that needs more than a place in the list.
local function standardJobs(runs)
  local ids, keys, seen = {}, {}, {}
  for _, run in ipairs(runs) do
    local options = run.options
    if options.delay or options.priority or options.key or options.de then return nil end
    for at = run.first, run.last, 2 do
      local jobId = ARGV[at]
      if seen[jobId] then return nil end
      seen[jobId] = true
      ids[#ids + 1] = jobId
      keys[#keys + 1] = prefix .. jobId
    end
  end
  return ids, keys
end

-- Reads only. What cannot be read is not ordinary either: a job of plain BullMQ that is named like a part of the queue may lie in
-- its place.
local function planFast(runs)
  local mostEvents = mostEventsOf()
  if not mostEvents then return nil end
  local ids, keys = standardJobs(runs)
  if not ids or call('EXISTS', unpack(keys)) > 0 then return nil end
  if shortest then
    local length = call('LLEN', wait) + call('LLEN', KEYS.paused) + call('ZCARD', KEYS.prioritized) + call('ZCARD', KEYS.delayed)
      + call('ZCARD', prefix .. CONST.heldKey)
    if length + #ids > shortest then return nil end
  end
  local areSoundParts = call('LLEN', wait) and call('XLEN', events) and call('ZCARD', marker)
  return areSoundParts and { ids = ids, keys = keys, mostEvents = mostEvents }
end

local function runFast(runs, plan)
  local ids, keys, mostEvents = plan.ids, plan.keys, plan.mostEvents
  -- The first write, and the only one that may fail: a counter may be what another client made of it.
  if not pcall(call, 'INCRBY', id, #ids) then return false end
  local n = 0
  for _, run in ipairs(runs) do
    local name, options = run.name, cjson.encode(run.options)
    for at = run.first, run.last, 2 do
      n = n + 1
      call('HMSET', keys[n], 'name', name, 'data', ARGV[at + 1], 'opts', options, 'timestamp', now, 'delay', '0',
        'priority', '0')
      call('XADD', events, '*', 'event', 'added', 'jobId', ids[n], 'name', name)
      call('XADD', events, 'MAXLEN', '~', mostEvents, '*', 'event', 'waiting', 'jobId', ids[n])
    end
  end
  call('LPUSH', wait, unpack(ids))
  call('ZADD', marker, '0', '0')
  return true
end
