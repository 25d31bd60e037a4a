-- Which keys of a queue hold what they should not, and which of its leases are of processes that are not there.
--
-- Roles: operator
-- Rights: goes on without those to look for processes
-- Keys: channel
-- Arguments:
--   prefix
--   most: how many active jobs to look at
--   presences...: what the presence channels begin with; without any, no holder is looked for
-- Reply: `[[part, found, expected, the name of the job that lies there or null], ...]`, then `[[id, process], ...]`.
-- Cost: two commands for each part of a queue, and for each active job.

local prefix, most = ARGV.prefix, tonumber(ARGV.most)
--- include: misplaced

local parts = {}
local function inspect(kinds)
  for part, kind in pairs(kinds) do
    local found = redis.pcall('TYPE', prefix .. part).ok or kind
    local isJob = isMisplaced(part)
    if isJob or (found ~= kind and found ~= 'none') then
      parts[#parts + 1] = { part, found, kind, isJob and redis.call('HGET', prefix .. part, 'name') or false }
    end
  end
end
inspect(INLINE.kinds('wait', 'active', 'prioritized', 'events', 'stalled', 'limiter', 'delayed'))
inspect(INLINE.kinds('paused', 'meta', 'id', 'pc', 'marker', 'completed', 'failed'))

local function isThere(process)
  for i = FIRST.presences, #ARGV do
    local counted = redis.pcall('PUBSUB', 'SHARDNUMSUB', ARGV[i] .. process)
    -- Where nothing is known of it, it is there.
    if counted.err or counted[2] > 0 then return true end
  end
  return #ARGV < FIRST.presences
end

local absent = {}
local active = redis.pcall('LRANGE', KEYS.active, -most, -1)
for _, id in ipairs(active.err and {} or active) do
  local token = redis.pcall('GET', prefix .. id .. ':lock')
  local process = type(token) == 'string' and string.match(token, '^([^|]+)|')
  if process and not isThere(process) then absent[#absent + 1] = { id, process } end
end
return { parts, absent }
