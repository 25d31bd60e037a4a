-- The one place where a job is added to a queue, by BullMQ's own scripts.
--
-- Defines `adderTo(prefix)`, which returns two functions for the queue whose keys begin so. `add(jobId, name, payload, options)` returns 1, or
-- 0 when the queue holds a job of that id already. `look(options)` fails, with nothing changed, where a job with these options could not be
-- added: BullMQ's script stores the record first, and where it then fails, the id is taken by a job that is in no list.
--
-- To be included in a function: Lua makes every function anew in each call, and most calls need none of these. Expects `call` and `now`.

--- bullmq: addStandardJob addDelayedJob addPrioritizedJob

local kindsOfAny = INLINE.kinds('meta', 'id', 'events', 'marker')
local kindsOfActive = INLINE.kinds('active')
local kindsOfPlace = {
  delayed = INLINE.kinds('delayed'),
  prioritized = INLINE.kinds('prioritized', 'pc'),
  standard = INLINE.kinds('wait'),
}

local function adderTo(prefix)
--- include: kinds
  local meta, id, completed, events, marker = prefix .. 'meta', prefix .. 'id', prefix .. 'completed', prefix .. 'events', prefix .. 'marker'
  local wait, paused, active, delayed = prefix .. 'wait', prefix .. 'paused', prefix .. 'active', prefix .. 'delayed'
  local prioritized, pc = prefix .. 'prioritized', prefix .. 'pc'
  local areChecked = {}

  local function placeFor(options)
    return (options.delay or 0) > 0 and 'delayed' or (options.priority or 0) > 0 and 'prioritized' or 'standard'
  end

  local function look(options)
    local place = placeFor(options)
    if areChecked[place] then return end
    requireKinds(kindsOfAny)
    if call('HEXISTS', meta, 'concurrency') == 1 then requireKinds(kindsOfActive) end
    requireKinds(kindsOfPlace[place])
    areChecked[place] = true
  end

  local function add(jobId, name, payload, options)
    if call('EXISTS', prefix .. jobId) == 1 then return 0 end
    look(options)
    local place, args = placeFor(options), { { prefix, jobId, name, tonumber(now) }, payload, options }
    if place == 'delayed' then
      addDelayedJob({ marker, meta, id, delayed, completed, events }, args)
    elseif place == 'prioritized' then
      addPrioritizedJob({ marker, meta, id, prioritized, delayed, completed, active, events, pc }, args)
    else
      addStandardJob({ wait, paused, meta, id, completed, delayed, active, events, marker }, args)
    end
    return 1
  end

  return add, look
end
