-- Takes jobs out of the dead letters and back into the queue. BullMQ's `reprocessJob` moves the job; what it leaves of the old life is
-- cleared here. The fence (`ats`) goes on growing, and why the job died moves to its history unless it stands there.
--
-- Roles: operator
-- Keys: channel
-- Needs memory: the first write is one that a full server refuses, so that it is refused before anything has moved
-- Arguments:
--   prefix
--   payload: as JSON, in place of theirs; '' leaves it
--   deaths...: job id and deliveries of each
-- Reply: 1 or 0 for each.
-- Cost: some fifteen commands a job.

--- bullmq: reprocessJob
--- include: each-death
local call = redis.call
--- include: server-time
--- include: turns

local function keepLastAttempt(key)
  local job = redis.call('HMGET', key, 'history', 'ats', 'atm', 'processedOn', 'finishedOn', 'failedReason', 'pb')
  local isRead, past = pcall(cjson.decode, job[1] or '[]')
  if not isRead or type(past) ~= 'table' then past = {} end
  local last = past[#past]
  if type(last) == 'table' and tostring(last.fence) == job[2] then return end
  local attempt = cjson.encode({ attempt = tonumber(job[3]) or 1, fence = tonumber(job[2]) or 0, worker = job[7] or '',
    startedAtMs = tonumber(job[4]) or 0, endedAtMs = tonumber(job[5]) or 0, ['end'] = 'threw', reason = job[6] or '' })
  -- Spliced as text: Lua would write an empty array in an earlier attempt as an object.
  local earlier = #past > 0 and string.sub(job[1], 1, -2) .. ',' or '['
  redis.call('HSET', key, 'history', earlier .. attempt .. ']')
end

return eachDeath(function(id, key)
  redis.call('HINCRBY', key, 'redrives', 1)
  keepLastAttempt(key)
  if ARGV.payload ~= '' then redis.call('HSET', key, 'data', ARGV.payload) end
  reprocessJob({ key, KEYS.events, KEYS.failed, KEYS.wait, KEYS.meta, KEYS.active, KEYS.marker, KEYS.prioritized, KEYS.pc },
    { id, 'LPUSH', 'failedReason', 'failed', '1', '0' })
  redis.call('HDEL', key, 'stc', 'defa', 'stacktrace', 'pb', 'cancel', 'suspicions', 'spared')
  local group = groups.of(key)
  if group then groups.rejoin(id, group) end
  return 1
end)
