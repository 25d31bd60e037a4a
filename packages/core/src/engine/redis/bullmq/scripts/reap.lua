-- One turn of the reaper, for the whole fleet: a process that comes within the interval after it finds the turn taken.
--
-- A delivery whose lease has expired is given back. So is one whose process has had no presence for the grace time, and was looked for
-- often enough in it. After a restart or failover of the server all presences are gone at once, so nothing is decided until the hold-off is
-- over. The same when no process has had a turn for longer than turns are apart: then the server did not answer (a long script ran, its
-- disk was full, it was frozen), so leases have expired that no process could renew.
--
-- Roles: worker
-- Keys: reaper
-- Arguments:
--   prefix
--   deliveryLimit
--   intervalMs
--   graceMs
--   holdOffMs
--   usesPresence: '1' when presence works
--   longestGapMs: between two turns
--   presences...: what the presence channels begin with
-- Reply: `[is any process suspect, active, ids given back, are the data gone, in how many ms the next delayed job is due, or nothing]`.
-- Cost: a taken turn four commands. Else a GET for each active job, and a PUBSUB for each process that holds one.

local prefix, deliveryLimit, intervalMs = ARGV.prefix, tonumber(ARGV.deliveryLimit), ARGV.intervalMs
local graceMs, holdOffMs = tonumber(ARGV.graceMs), tonumber(ARGV.holdOffMs)
local suspects, turn, lastTurn, longestGapMs = KEYS.suspects, KEYS.turn, KEYS.lastTurn, tonumber(ARGV.longestGapMs)
--- include: give-back
--- include: known-server

if not redis.call('SET', turn, '1', 'NX', 'PX', intervalMs) then
  -- A process that always comes too late must learn, too, that there is work: only then its heartbeat goes on at full pace. It may have
  -- come for a delayed job that was not overdue at the last turn.
  signal()
  return { redis.call('HLEN', suspects) > 2 and 1 or 0, redis.call('LLEN', active), {}, 0, dueInMs() }
end

-- Only a process that holds something and is missing stays suspect; the hash has two more fields, '#run' and '#until'.
local function forgetSuspects(isSuspect)
  if redis.call('HLEN', suspects) <= 2 then return end
  for _, process in ipairs(redis.call('HKEYS', suspects)) do
    local isProcess = string.sub(process, 1, 1) ~= '#'
    if isProcess and not isSuspect(process) then redis.call('HDEL', suspects, process) end
  end
end

-- Every heartbeat has met the server before: where the server does not know the fleet, its data are gone.
local hasForgotten = redis.call('HEXISTS', suspects, '#run') == 0 and meetServer(suspects, holdOffMs) and 1 or 0

-- Once an hour, and when workers come after an hour without: the keys beside the queue live on.
local lastText = redis.call('GET', lastTurn)
if not lastText or math.floor(lastText / CONST.hourMs) ~= math.floor(nowMs / CONST.hourMs) then
  redis.call('PEXPIRE', suspects, CONST.ownKeptMs)
end
local last = tonumber(lastText or now)
redis.call('SET', lastTurn, now, 'PX', CONST.lastTurnKeptMs)
local gapMs = nowMs - last
-- For as long again as no process could renew, so that a machine that is merely slow puts a dead worker's jobs off for less. A hold-off
-- that lasts longer already, as that of a server that has just come up, stands.
if gapMs > longestGapMs then
  local untilMs = tonumber(redis.call('HGET', suspects, '#until') or 0)
  redis.call('HSET', suspects, '#until', math.max(untilMs, nowMs + math.min(holdOffMs, gapMs)))
end

local ids = redis.call('LRANGE', active, 0, -1)
if #ids == 0 then
  forgetSuspects(function() return false end)
  signal()
  return { 0, 0, {}, hasForgotten, dueInMs() }
end

local function hasPresence(process)
  for i = FIRST.presences, #ARGV do
    if redis.call('PUBSUB', 'SHARDNUMSUB', ARGV[i] .. process)[2] > 0 then return true end
  end
  return false
end

local presence = {}
local function isPresent(process)
  if ARGV.usesPresence ~= '1' then return true end
  if presence[process] == nil then
    presence[process] = hasPresence(process)
  end
  return presence[process]
end

-- Costs the server some 40 µs (INFO), so it is only asked when a process is suspect.
local function isHeldOff()
  meetServer(suspects, holdOffMs)
  return nowMs < tonumber(redis.call('HGET', suspects, '#until') or 0)
end

local function endingOf(id)
  -- What is no lease is none: it goes with the job's way back.
  local token = redis.pcall('GET', prefix .. id .. ':lock')
  if type(token) ~= 'string' then return 'leaseLost' end
  local process = processOf(token)
  if process and not isPresent(process) then return 'workerDied', process end
end

local fewestLooks = math.min(math.floor(graceMs / CONST.mostPerLookMs), CONST.mostLooks)
-- Of each suspect, since when it is missing and how often it was checked.
local missingSince, looks = {}, {}
local function noteMissing(process)
  if missingSince[process] then return end
  local since, before = string.match(redis.call('HGET', suspects, process) or '', '^(%d+)|(%d+)$')
  missingSince[process], looks[process] = tonumber(since or nowMs), (before or 0) + 1
  redis.call('HSET', suspects, process, string.format('%.0f|%d', missingSince[process], looks[process]))
end

local function isGraceOver(process)
  return nowMs - missingSince[process] >= graceMs and looks[process] >= fewestLooks
end

-- Of processes that died together some are found missing a check later. Their jobs go back in one turn, or the newer ones of the
-- first would stand behind the older ones of the last.
local function isAwaitingOthers(since)
  if nowMs - since >= graceMs + 2 * CONST.togetherMs then return false end
  for process, other in pairs(missingSince) do
    if other - since <= CONST.togetherMs and not isGraceOver(process) then return true end
  end
  return false
end

local isAnySuspect, dead = false, {}
local function isDead(process)
  dead[process] = isGraceOver(process) and not isAwaitingOthers(missingSince[process])
  isAnySuspect = isAnySuspect or not dead[process]
  return dead[process]
end

local endings = {}
for _, id in ipairs(ids) do
  local ending, process = endingOf(id)
  if ending then endings[#endings + 1] = { id, ending, process } end
end

local returned, died = {}, {}
if #endings > 0 and not isHeldOff() then
  for _, found in ipairs(endings) do
    if found[3] then noteMissing(found[3]) end
  end
  for _, found in ipairs(endings) do
    if found[3] == nil or isDead(found[3]) then
      giveBack(found[1], found[2])
      if found[3] then died[found[3]] = (died[found[3]] or 0) + 1 end
      returned[#returned + 1] = found[1]
    end
  end
end
noteDeaths(died)
forgetSuspects(function(process) return presence[process] == false and not dead[process] end)
signal()
-- The next check comes soon, so that the dead are found when the grace time is over and not an interval later.
if isAnySuspect then redis.call('PEXPIRE', turn, math.min(tonumber(intervalMs), 20)) end
return { isAnySuspect and 1 or 0, #ids - #returned, returned, hasForgotten, dueInMs() }
