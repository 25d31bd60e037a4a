// The batch script of a producer: adds many jobs to one queue in one call, with BullMQ's own scripts inside.
import { RedisScript } from '../../connection/redis-script.js';
import { serverNow } from '../server-time.js';
import { fastSend } from './fast-send.js';
import { wrapScripts } from '../bullmq-scripts.js';
import { kindsOf, requireKinds } from '../record-checks.js';

/**
 * Defines `runEach(runs)`, which adds the jobs one by one and returns the outcome of each. A job that cannot be added fails alone.
 *
 * BullMQ's functions are made in it, because Lua makes every function anew in each call, and a fast call needs none of these.
 *
 * Expects the send script's names, `call` among them.
 */
export const slowSend = `
local function runEach(runs)
${wrapScripts(['addStandardJob', 'addDelayedJob', 'addPrioritizedJob'])}

${requireKinds}
  local kindsOfAny = ${kindsOf('meta', 'id', 'events', 'marker')}
  local kindsOfPlace = {
    delayed = ${kindsOf('delayed')},
    prioritized = ${kindsOf('prioritized', 'pc')},
    standard = ${kindsOf('wait')},
  }
  local areChecked = {}
  -- Before the first write: BullMQ's script stores the record first, and where it then fails, the id is taken by a job that is in no list.
  local function check(options)
    local place = (options.delay or 0) > 0 and 'delayed' or (options.priority or 0) > 0 and 'prioritized' or 'standard'
    if areChecked[place] then return end
    requireKinds(kindsOfAny)
    if call('HEXISTS', meta, 'concurrency') == 1 then requireKinds(${kindsOf('active')}) end
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
end`;

/**
 * KEYS: the `send` keys of the queue.
 * ARGV: prefix, whether the fast path may be taken ('1'); then the jobs in runs of equal name and options: how many they
 * are, their name, their options as JSON, and of each its id and its payload.
 *
 * Returns 1 when all were accepted by the fast path; else a list with, for each job, 1 (accepted), 0 (the queue held a job of that
 * id already) or an error's text.
 */
export const sendText = `
${serverNow}
local call = redis.call
local wait, paused, meta, id, completed, delayed, active, events, marker, prioritized, pc = unpack(KEYS)
local prefix = ARGV[1]

-- Where each run has the ids of its first and its last job; a payload follows each id.
local function readRuns()
  local runs, at = {}, 3
  while at <= #ARGV do
    local first = at + 3
    local last = first + 2 * (ARGV[at] - 1)
    runs[#runs + 1] = { name = ARGV[at + 1], options = cjson.decode(ARGV[at + 2]), first = first, last = last }
    at = last + 2
  end
  return runs
end

${slowSend}

${fastSend}

local runs = readRuns()
local isPlanned, plan = false, nil
if ARGV[2] == '1' then isPlanned, plan = pcall(planFast, runs) end
if isPlanned and plan and runFast(runs, plan) then return 1 end
return runEach(runs)
`;

/** {@link sendText}, to be run. */
export const sendScript = new RedisScript(sendText, { needsMemory: true });
