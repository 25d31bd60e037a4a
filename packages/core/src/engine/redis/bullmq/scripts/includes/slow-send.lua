-- Defines `runEach(runs)`, which adds the jobs one by one and returns the outcome of each. A job that cannot be added fails alone.
--
-- BullMQ's functions are made in it, because Lua makes every function anew in each call, and a fast call needs none of these. Expects the
-- send script's names, `call` among them.

local function runEach(runs)
--- bullmq: addStandardJob addDelayedJob addPrioritizedJob

--- include: kinds
  local kindsOfAny = INLINE.kinds('meta', 'id', 'events', 'marker')
  local kindsOfPlace = {
    delayed = INLINE.kinds('delayed'),
    prioritized = INLINE.kinds('prioritized', 'pc'),
    standard = INLINE.kinds('wait'),
  }
  local areChecked = {}
  -- Before the first write: BullMQ's script stores the record first, and where it then fails, the id is taken by a job that is in no list.
  local function check(options)
    local place = (options.delay or 0) > 0 and 'delayed' or (options.priority or 0) > 0 and 'prioritized' or 'standard'
    if areChecked[place] then return end
    requireKinds(kindsOfAny)
    if call('HEXISTS', meta, 'concurrency') == 1 then requireKinds(INLINE.kinds('active')) end
    requireKinds(kindsOfPlace[place])
    areChecked[place] = true
  end

  local function add(jobId, payload, run)
    if call('EXISTS', prefix .. jobId) == 1 then return 0 end
    local options = run.options
    check(options)
    local args = { { prefix, jobId, run.name, tonumber(now) }, payload, options }
    if (options.delay or 0) > 0 then
      addDelayedJob({ marker, meta, id, delayed, completed, events }, args)
    elseif (options.priority or 0) > 0 then
      addPrioritizedJob({ marker, meta, id, prioritized, delayed, completed, active, events, pc }, args)
    else
      addStandardJob({ wait, paused, meta, id, completed, delayed, active, events, marker }, args)
    end
    return 1
  end

  local outcomes = {}
  for _, run in ipairs(runs) do
    for at = run.first, run.last, 2 do
      local isDone, outcome = pcall(add, ARGV[at], ARGV[at + 1], run)
      if not isDone then outcome = type(outcome) == 'table' and outcome.err or tostring(outcome) end
      outcomes[#outcomes + 1] = outcome
    end
  end
  return outcomes
end
