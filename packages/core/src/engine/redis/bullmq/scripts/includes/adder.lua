-- The one place where a job is added to a queue, by BullMQ's own scripts.
--
-- Defines `adderTo(prefix)`, which returns two functions for the queue whose keys begin so. `add(jobId, name, payload, options, family)`
-- returns 1; `{ place }` when the queue holds a job of that id already, which is there (a JobPlace); `{ place, id }` when another job stands
-- for it by its deduplication. One that has ended is replaced where the options say so. `look(options)` fails, with nothing changed, where a
-- job with these options could not be added: BullMQ's script stores the record first, and where it then fails, the id is taken by a job that
-- is in no list.
-- A `family` makes it a child: the `key` of its parent, which is there, the key of its `dependencies`, and `parent`, what is stored of it.
--
-- To be included in a function: Lua makes every function anew in each call, and most calls need none of these. Expects `call` and `now`.

--- bullmq: addStandardJob addDelayedJob addPrioritizedJob removeJob

local kindsOfAny = INLINE.kinds('meta', 'id', 'events', 'marker')
local kindsOfActive = INLINE.kinds('active')
local kindsOfDeduplication = INLINE.kinds('active', 'delayed')
local kindsOfPlace = {
  delayed = INLINE.kinds('delayed'),
  prioritized = INLINE.kinds('prioritized', 'pc'),
  standard = INLINE.kinds('wait'),
}

local function adderTo(prefix)
--- include: kinds
  local meta, id, events, marker = prefix .. 'meta', prefix .. 'id', prefix .. 'events', prefix .. 'marker'
  local completed = prefix .. 'completed'
  local wait, paused, active, delayed = prefix .. 'wait', prefix .. 'paused', prefix .. 'active', prefix .. 'delayed'
  local prioritized, pc, failed = prefix .. 'prioritized', prefix .. 'pc', prefix .. 'failed'
--- include: place
  local keyed
  local function keys()
    if keyed then return keyed end
--- include: turns
    keyed = groups
    return groups
  end
  local areChecked = {}

  local function placeFor(options)
    return (options.delay or 0) > 0 and 'delayed' or (options.priority or 0) > 0 and 'prioritized' or 'standard'
  end

  local function look(options)
    local place, de = placeFor(options), options.de
    if de then
      requireKinds({ ['de:' .. de.id] = 'string', ['dn:' .. de.id] = 'hash' })
      requireKinds(kindsOfDeduplication)
    end
    if options.key then keys().requireSound(options.key, options.turns or 1) end
    if areChecked[place] then return end
    requireKinds(kindsOfAny)
    if call('HEXISTS', meta, 'concurrency') == 1 then requireKinds(kindsOfActive) end
    requireKinds(kindsOfPlace[place])
    areChecked[place] = true
  end

  -- Whether the job at the key has ended and may be replaced: not by a repeat of the send that has added it itself.
  local function isReplaceable(key, place, reuse)
    if not reuse or (place ~= 'acked' and place ~= 'deadLettered') then return false end
    local isRead, stored = pcall(cjson.decode, call('HGET', key, 'opts') or '{}')
    return not (isRead and type(stored) == 'table' and stored.reuse == reuse)
  end

  -- A job with a key, as BullMQ's script would store it. It is queued, or held until it has its turn.
  local function addToGroup(jobId, name, payload, options, family)
    local groups = keys()
    local isFree, ids, rate = groups.mayEnter(options.key, options.turns or 1)
    local mostEvents = call('HGET', meta, 'opts.maxLenEvents')
    if not mostEvents then
      mostEvents = '10000'
      call('HSET', meta, 'opts.maxLenEvents', mostEvents)
    end
    call('INCR', id)
    call('HMSET', prefix .. jobId, 'name', name, 'data', payload, 'opts', cjson.encode(options), 'timestamp', now, 'delay', '0',
      'priority', options.priority or '0')
    if family then
      call('HSET', prefix .. jobId, 'parentKey', family.key, 'parent', cjson.encode(family.parent))
      call('SADD', family.dependencies, prefix .. jobId)
    end
    call('XADD', events, 'MAXLEN', '~', mostEvents, '*', 'event', 'added', 'jobId', jobId, 'name', name)
    if not isFree then return groups.hold(jobId, options.key, ids) end
    groups.enter(jobId, options.key, ids)
    groups.begin(jobId, options.priority or 0, options.key, rate)
    groups.wake()
  end

  -- Of the jobs of a key that keeps the last: one that is begun is followed by this one, for which BullMQ keeps a place; one that is not gets
  -- what this one has, and stays where it is.
  local function keepLast(standIn, jobId, name, payload, options)
    local key, nextKey = prefix .. standIn, prefix .. 'dn:' .. options.de.id
    if call('HEXISTS', key, 'ats') == 1 then
      call('DEL', nextKey)
      call('HSET', nextKey, 'name', name, 'data', payload, 'opts', cjson.encode(options), 'jid', jobId)
    elseif call('EXISTS', key) == 1 then
      local isRead, stored = pcall(cjson.decode, call('HGET', key, 'opts') or '{}')
      local delay, priority = options.delay, options.priority
      if isRead and type(stored) == 'table' then options.delay, options.priority = stored.delay, stored.priority end
      call('HSET', key, 'name', name, 'data', payload, 'opts', cjson.encode(options))
      options.delay, options.priority = delay, priority
    end
  end

  -- The answer for a job for which another stands. The key of one that is throttled may outlive its job.
  local function standFor(standIn)
    if call('EXISTS', prefix .. standIn) == 0 then return { 'forgotten', standIn } end
    local isFound, place = pcall(findPlace, standIn)
    return { isFound and place or 'waiting', standIn }
  end

  local function add(jobId, name, payload, options, family)
    local key, fence = prefix .. jobId, nil
    if call('EXISTS', key) == 1 then
      local isFound, place = pcall(findPlace, jobId)
      if not isFound then place = 'waiting' end
      if not isReplaceable(key, place, options.reuse) then return { place } end
      look(options)
      fence = call('HGET', key, 'ats')
      local group = keys().of(key)
      if removeJob({ key, prefix .. 'repeat' }, { jobId, '0', prefix }) ~= 1 then return { place } end
      if group then
        keys().leave(jobId, group)
        keys().wake()
      end
    end
    look(options)
    local parts = { prefix, jobId, name, tonumber(now) }
    if family then parts[5], parts[6], parts[7] = family.key, family.dependencies, family.parent end
    if options.de then parts[9] = prefix .. 'de:' .. options.de.id end
    local place, args = placeFor(options), { parts, payload, options }
    local added = jobId
    if options.key then
      addToGroup(jobId, name, payload, options, family)
    elseif place == 'delayed' then
      added = addDelayedJob({ marker, meta, id, delayed, completed, events }, args)
    elseif place == 'prioritized' then
      added = addPrioritizedJob({ marker, meta, id, prioritized, delayed, completed, active, events, pc }, args)
    else
      added = addStandardJob({ wait, paused, meta, id, completed, delayed, active, events, marker }, args)
    end
    if options.de and added ~= jobId then
      if options.de.keepLastIfActive then keepLast(added, jobId, name, payload, options) end
      return standFor(added)
    end
    -- The fence goes on: a zombie of the job that was replaced must not pass for a delivery of this one.
    if fence and string.find(fence, '^[1-9]%d*$') and #fence <= 15 then call('HSET', key, 'ats', fence) end
    return 1
  end

  return add, look
end
