-- Adds the next run of each schedule whose last run was fetched, unless that was done when it was fetched before. Each fails alone.
--
-- Keys: schedules
-- Arguments:
--   prefix
--   runs...: of each fetched run the entry `fetchedRun`: its schedule, its id, the time of the next (ms; 0 for that of an interval, which is found
--     here), the options of the next as JSON
-- Reply: for each 1, or why the next could not be added.
-- Cost: some fifteen commands for each.

--- bullmq: updateJobScheduler
--- include: server-time
local prefix = ARGV.prefix
--- include: kinds

local function add(at)
  requireKinds(INLINE.kinds('repeat', 'delayed', 'wait', 'meta', 'prioritized', 'marker', 'id', 'events', 'pc', 'active'))
  local schedulers, delayed, wait, paused, meta, prioritized, marker, id, events, pc, active = unpack(KEYS)
  local jobId, options = ARGV[at + ENTRY.fetchedRun.jobId], cjson.decode(ARGV[at + ENTRY.fetchedRun.options])
  options.timestamp = tonumber(now)
  updateJobScheduler(
    { schedulers, delayed, wait, paused, meta, prioritized, marker, id, events, pc, prefix .. jobId, active },
    { ARGV[at + ENTRY.fetchedRun.atMs], ARGV[at + ENTRY.fetchedRun.schedule], '', options, now, prefix, jobId })
  return 1
end

local replies = {}
for at = FIRST.runs, #ARGV, INLINE.size('fetchedRun') do
  local isDone, reply = pcall(add, at)
  if not isDone then reply = type(reply) == 'table' and reply.err or tostring(reply) end
  replies[#replies + 1] = reply
end
return replies
