// Gives back what a process held whose parent saw it end, and finds out which job it is that ends its workers.
import { RedisScript } from '../../connection/redis-script.js';
import type { DeadProcess } from '../../../broker.js';
import { kindsOf } from '../record-checks.js';
import { giveBack } from './give-back-script.js';

/**
 * What an end that a process brought on itself means for each job that it held. `docs/guarantees.md` has the rule in words:
 *
 * - Where a job was on trial, nothing else is held to account. At its last chance a job is poisoned only if nothing else was under
 *   way in the process: nothing else can have ended it. If something was, or if several were on trial, the delivery limit counts, as for
 *   any lost lease.
 * - Where none was, all that were held and were not suspected are suspected from now on.
 *
 * All others are spared: neither limit counts that end for them.
 */
const judging = `
-- How many were on trial in the process, whichever queue they are of.
local trials, isAlone, poisonLimit, how, lastLines = tonumber(ARGV[4]), ARGV[5] == '1', tonumber(ARGV[6]), ARGV[7], ARGV[8]
local isOnTrial, suspected, behind = {}, {}, {}
for i = 9, #ARGV do isOnTrial[ARGV[i]] = true end

local function keepLastLines(key)
  if lastLines == '' then return end
  local isRead, traces = pcall(cjson.decode, redis.call('HGET', key, 'stacktrace') or '[]')
  if not isRead or type(traces) ~= 'table' then traces = {} end
  traces[#traces + 1] = lastLines
  while #traces > 10 do table.remove(traces, 1) end
  redis.call('HSET', key, 'stacktrace', cjson.encode(traces))
end

local function spare(key)
  redis.call('HSET', key, 'spared', countIn(redis.call('HGET', key, 'spared')) + 1)
end

-- Returns whether the job is poisoned.
local function suspect(job)
  suspected[#suspected + 1] = job.id
  local suspicions = job.suspicions + 1
  if trials <= 1 and suspicions < poisonLimit then
    spare(job.key)
    redis.call('HSET', job.key, 'suspicions', suspicions)
  elseif trials == 1 and isAlone then
    redis.call('HSET', job.key, 'suspicions', suspicions, 'defa', 'the job is poison: ' .. suspicions
      .. ' workers ended by their own doing with it, the last one with nothing else under way (' .. how .. ')')
    keepLastLines(job.key)
    return true
  else
    poison(job.key, job.lost)
  end
  return redis.call('HEXISTS', job.key, 'defa') == 1
end

-- A poisoned job goes to the head: the worker that fetches it next dead-letters it. A suspected one lets the others go first.
local function judge(job)
  local isSuspected, isPoisoned = job.suspicions > 0, false
  if isOnTrial[job.id] or (trials == 0 and not isSuspected) then
    isSuspected, isPoisoned = true, suspect(job)
  else
    spare(job.key)
  end
  local goesBehind = isSuspected and not isPoisoned
  if goesBehind then behind[#behind + 1] = job end
  return goesBehind, how
end

local function placeBehind()
  for i = #behind, 1, -1 do
    local job = behind[i]
    if job.priority > 0 then
      redis.call('ZADD', prioritized, job.priority * 0x100000000 + redis.call('INCR', KEYS[10]) % 0x100000000, job.id)
    else
      redis.call('LPUSH', wait, job.id)
    end
  end
end`;

/**
 * KEYS: those of `reapScript`. ARGV: prefix, delivery limit, process; and, of an end that it brought on itself, how many jobs were on
 * trial, whether nothing else was under way ('1'), the poison limit, how it ended, its last lines ('' for none), and the ids on trial that
 * are of this queue. Returns the ids that were given back, and those of them that the end counts against.
 */
export const releaseDeadScript = new RedisScript(`
local prefix, deliveryLimit, process = ARGV[1], tonumber(ARGV[2]), ARGV[3]
${giveBack}
${judging}
-- Before the first write: jobs that are placed behind others touch these, too.
if trials then requireKinds(${kindsOf('pc', 'prioritized')}) end
local returned = {}
for _, id in ipairs(redis.call('LRANGE', active, 0, -1)) do
  local token = redis.call('GET', prefix .. id .. ':lock')
  if token and processOf(token) == process then
    giveBack(id, 'workerDied', trials and judge)
    returned[#returned + 1] = id
  end
end
placeBehind()
if #returned > 0 then noteDeaths({ [process] = #returned }) end
signal()
return { returned, suspected }
`);

/** The arguments of {@link releaseDeadScript} for one queue. */
export function releaseDeadArguments(
  queue: string,
  { process, deliveryLimit, ownEnd }: DeadProcess,
): readonly (string | number)[] {
  if (ownEnd === undefined) return [deliveryLimit, process];
  const { trials, poisonLimit, how, lastLines } = ownEnd;
  const here = trials.suspects.filter((suspect) => suspect.queue === queue).map(({ jobId }) => jobId);
  const isAlone = trials.isAlone ? 1 : 0;
  return [deliveryLimit, process, trials.suspects.length, isAlone, poisonLimit, how, lastLines, ...here];
}
