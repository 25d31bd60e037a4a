-- Adds many jobs to one queue in one call: the batch script of a producer, with BullMQ's own scripts inside.
--
-- Roles: producer, worker, operator
-- Keys: send
-- Needs memory: a server that is out of it refuses the call as a whole
-- Arguments:
--   prefix
--   mayBeFast: '1' when the fast path may be taken
--   runs...: jobs of equal name and options: how many they are, their name, their options as JSON, and of each its id and its
--     payload
-- Reply: 1 when all were accepted by the fast path; else of each job 1 (accepted), `[place]` (where the job is that the queue held under
--   that id already), `[place, id]` (of a job that stands for it by its deduplication), `['full', length]` or an
--   error's text.
-- Cost: on the fast path three commands a job, else ten; where jobs are removed once they have expired, three more a call, and four for each
--   that goes.

--- include: server-time
local call = redis.call
local wait, _, meta, id, _, _, _, events, marker = unpack(KEYS)
local prefix = ARGV.prefix

-- How many jobs of the call are to be removed when they have expired, and the least of the lengths that the queue may have.
local expiring, shortest = 0, nil

-- Where each run has the ids of its first and its last job; a payload follows each id.
local function readRuns()
  local runs, at = {}, FIRST.runs
  while at <= #ARGV do
    local first = at + ENTRY.run.jobs
    local last = first + 2 * (ARGV[at + ENTRY.run.jobCount] - 1)
    local options = cjson.decode(ARGV[at + ENTRY.run.options])
    if options.xr then expiring = expiring + ARGV[at + ENTRY.run.jobCount] end
    local bound = options.ml
    if bound then
      -- Of the send, and not of the job.
      options.ml = nil
      shortest = math.min(bound[1], shortest or bound[1])
    end
    runs[#runs + 1] = { name = ARGV[at + ENTRY.run.name], options = options, bound = bound, first = first, last = last }
    at = last + 2
  end
  return runs
end

--- include: slow-send

--- include: fast-send

local runs = readRuns()
local isPlanned, plan = false, nil
if ARGV.mayBeFast == '1' then isPlanned, plan = pcall(planFast, runs) end
local outcomes = isPlanned and plan and runFast(runs, plan) and 1 or runEach(runs)
-- Each removes two at most: as many as come, and what was there before. Fails no send.
if expiring > 0 then
--- include: sweep
  pcall(sweep, math.min(2 * expiring, CONST.sweptAtOnce))
end
return outcomes
