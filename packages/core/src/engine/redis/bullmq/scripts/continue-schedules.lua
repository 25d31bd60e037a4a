-- Adds the next run of each schedule whose last run was fetched, unless that was done when it was fetched before. Each fails alone.
--
-- Roles: worker
-- Keys: schedules
-- Arguments:
--   prefix
--   runs...: of each fetched run the entry `fetchedRun`: its schedule, its id, the time of the next (ms; 0 for that of an interval, which is found
--     here, and passes over what was missed; '' for none), the options of the next as JSON, and '1' where runs of its schedule are asked for that were fetched before
-- Reply: for each the ids of such runs that are under way; or a text, why the next could not be added.
-- Cost: some fifteen commands for each; the active list for each that asks.

--- bullmq: updateJobScheduler
--- include: server-time
local prefix = ARGV.prefix
--- include: kinds
--- include: jitter

local function addNext(at, jobId)
  local schedulers, delayed, wait, paused, meta, prioritized, marker, id, events, pc, active = unpack(KEYS)
  local options = cjson.decode(ARGV[at + ENTRY.fetchedRun.options])
  options.timestamp = tonumber(now)
  local schedule, atMs, asOf = ARGV[at + ENTRY.fetchedRun.schedule], ARGV[at + ENTRY.fetchedRun.atMs], now
  -- BullMQ's script finds the time after the last one's when it is that now.
  local everyMs = options['repeat'].every
  local isGiven = everyMs and atMs ~= '0'
  if isGiven then asOf = string.format('%.0f', atMs - everyMs) end
  local added = updateJobScheduler(
    { schedulers, delayed, wait, paused, meta, prioritized, marker, id, events, pc, prefix .. jobId, active },
    { atMs, schedule, '', options, asOf, prefix, jobId })
  if not added then return end
  if isGiven then redis.call('HSET', prefix .. added, 'timestamp', now) end
  putOff(schedule, string.match(added, '%d+$'), options['repeat'].jitter)
end

-- The active list has the job first that was fetched last.
local function fetchedBefore(schedule, jobId)
  local head, ids, isBefore = 'repeat:' .. schedule .. ':', {}, false
  for _, id in ipairs(redis.call('LRANGE', KEYS.active, '0', '-1')) do
    if isBefore and string.sub(id, 1, #head) == head and string.find(id, '^%d+$', #head + 1) then ids[#ids + 1] = id end
    isBefore = isBefore or id == jobId
  end
  return ids
end

local function continue(at)
  requireKinds(INLINE.kinds('repeat', 'delayed', 'wait', 'meta', 'prioritized', 'marker', 'id', 'events', 'pc', 'active'))
  local schedule, jobId = ARGV[at + ENTRY.fetchedRun.schedule], ARGV[at + ENTRY.fetchedRun.jobId]
  local ids = ARGV[at + ENTRY.fetchedRun.asks] == '1' and fetchedBefore(schedule, jobId) or {}
  if ARGV[at + ENTRY.fetchedRun.atMs] ~= '' then addNext(at, jobId) end
  return ids
end

local replies = {}
for at = FIRST.runs, #ARGV, INLINE.size('fetchedRun') do
  local isDone, reply = pcall(continue, at)
  if not isDone then reply = type(reply) == 'table' and reply.err or tostring(reply) end
  replies[#replies + 1] = reply
end
return replies
