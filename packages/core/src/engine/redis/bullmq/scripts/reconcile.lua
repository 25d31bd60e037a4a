-- Gives back what is leased under tokens of a process, up to the last one named, that it does not hold: a fetch whose reply was lost leaves
-- such jobs, and so does one that reached the server late.
--
-- Roles: worker
-- Keys: channel
-- Arguments:
--   prefix
--   process: what the process's lease tokens begin with
--   last: the number of the last token
--   held...: the lease token of each delivery held
-- Reply: the ids, newest first: the oldest is put back last, and so comes first again.
-- Cost: a GET for each active job.

--- bullmq: moveJobFromActiveToWait
local prefix, process, last = ARGV.prefix, ARGV.process, tonumber(ARGV.last)
--- include: kinds
local held = {}
for i = FIRST.held, #ARGV do held[ARGV[i]] = true end
local keys = { KEYS.active, KEYS.wait, KEYS.stalled, KEYS.paused, KEYS.meta, KEYS.limiter, KEYS.prioritized, KEYS.marker, KEYS.events }

local function isOrphan(token)
  if type(token) ~= 'string' or string.sub(token, 1, #process) ~= process or held[token] then return false end
  return tonumber(string.sub(token, #process + 1)) <= last
end

local returned = {}
for _, id in ipairs(redis.call('LRANGE', KEYS.active, 0, -1)) do
  local token = redis.pcall('GET', prefix .. id .. ':lock')
  -- What is no record is left to the reaper, which drops the id when its lease has expired.
  if isOrphan(token) and redis.call('TYPE', prefix .. id).ok == 'hash' then
    if #returned == 0 then requireKinds(INLINE.kinds('wait', 'prioritized', 'stalled', 'events', 'marker', 'meta', 'paused', 'limiter')) end
    moveJobFromActiveToWait(keys, { id, token, prefix .. id })
    redis.call('ZADD', KEYS.marker, 0, '0')
    returned[#returned + 1] = id
  end
end
return returned
