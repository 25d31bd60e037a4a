-- What an end that a process brought on itself means for each job that it held. `docs/guarantees.md` has the rule in words:
--
-- - Where a job was on trial, nothing else is held to account. At its last chance a job is poisoned only if nothing else was under way in
--   the process: nothing else can have ended it. If something was, or if several were on trial, the delivery limit counts, as for any lost
--   lease.
-- - Where none was, all that were held and were not suspected are suspected from now on.
--
-- All others are spared: neither limit counts that end for them. Defines `judge(job)`, `placeBehind()`, `suspected` and `trials`.

-- How many were on trial in the process, whichever queue they are of.
local trials, isAlone, poisonLimit = tonumber(ARGV.trials), ARGV.isAlone == '1', tonumber(ARGV.poisonLimit)
local how, lastLines = ARGV.how, ARGV.lastLines
local isOnTrial, suspected, behind = {}, {}, {}
for i = FIRST.suspects, #ARGV do isOnTrial[ARGV[i]] = true end

local function keepLastLines(key)
  if lastLines == '' then return end
  local isRead, traces = pcall(cjson.decode, redis.call('HGET', key, 'stacktrace') or '[]')
  if not isRead or type(traces) ~= 'table' then traces = {} end
  traces[#traces + 1] = lastLines
  while #traces > CONST.keptStacks do table.remove(traces, 1) end
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
      redis.call('ZADD', prioritized, job.priority * CONST.priorityUnits + redis.call('INCR', KEYS.pc) % CONST.priorityUnits, job.id)
    else
      redis.call('LPUSH', wait, job.id)
    end
  end
end
