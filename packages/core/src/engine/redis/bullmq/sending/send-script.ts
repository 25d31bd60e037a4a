// The batch script of a producer: adds many jobs to one queue in one call, with BullMQ's own scripts inside.
import { RedisScript } from '../../connection/redis-script.js';
import { slowSend } from './slow-send.js';
import { serverNow } from '../server-time.js';
import { fastSend } from './fast-send.js';

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
