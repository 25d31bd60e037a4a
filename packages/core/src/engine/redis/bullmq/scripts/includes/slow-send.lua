-- Defines `runEach(runs)`, which adds the jobs one by one and returns the outcome of each. A job that cannot be added fails alone.
--
-- BullMQ's functions are made in it, because Lua makes every function anew in each call, and a fast call needs none of these. Expects the
-- send script's names, `call` among them.

local function runEach(runs)
--- include: adder
  local add = adderTo(prefix)
--- include: room
  local function admit(run, jobId, payload)
    local length = run.bound and fullAt(run, jobId)
    if length then return { 'full', length } end
    return add(jobId, run.name, payload, run.options)
  end
  local outcomes = {}
  for _, run in ipairs(runs) do
    for at = run.first, run.last, 2 do
      local isDone, outcome = pcall(admit, run, ARGV[at], ARGV[at + 1])
      if not isDone then outcome = type(outcome) == 'table' and outcome.err or tostring(outcome) end
      outcomes[#outcomes + 1] = outcome
    end
  end
  return outcomes
end
