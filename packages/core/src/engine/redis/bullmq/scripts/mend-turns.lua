-- Passes on the turns of jobs that have ended, or are gone, by other clients than Acktor's: a part of all keys each time, one process of the
-- fleet at a time.
--
-- Roles: worker
-- Keys: channel
-- Arguments:
--   prefix
--   intervalMs: how long no other process has a go
--   count: how many keys to look at, about
-- Reply: how many keys have jobs, and how many turns were passed on.
-- Cost: one command where no job has a key; else three for each key that is looked at.

local call, prefix = redis.call, ARGV.prefix
--- include: server-time
--- include: turns
local size, passed = call('HLEN', groups.turns), 0
if size == 0 or not call('SET', prefix .. CONST.mendingKey, '1', 'NX', 'PX', ARGV.intervalMs) then return { size, 0 } end

local function isOver(id, key)
  local jobKey = prefix .. id
  local fields = call('HMGET', jobKey, 'name', 'finishedOn')
  local group = groups.of(jobKey)
  if not fields[1] or not group or group.key ~= key then return call('EXISTS', jobKey .. ':lock') == 0 end
  return fields[2] and not (group.holds and call('ZSCORE', KEYS.failed, id))
end

local function mend(key, ids)
  local left = ids
  for id in string.gmatch(ids, '%S+') do
    if isOver(id, key) then
      left = groups.without(left, id)
      passed = passed + 1
    end
  end
  groups.admit(key, ids, left, groups.ownOf(key))
end

local from = call('GET', prefix .. CONST.mendedKey) or '0'
local isRead, page = pcall(call, 'HSCAN', groups.turns, from, 'COUNT', ARGV.count)
if not isRead then page = call('HSCAN', groups.turns, '0', 'COUNT', ARGV.count) end
for i = 1, #page[2], 2 do mend(page[2][i], page[2][i + 1]) end
call('SET', prefix .. CONST.mendedKey, page[1], 'PX', CONST.lastTurnKeptMs)
-- Where one was left, there are more.
if passed > 0 then call('PEXPIRE', prefix .. CONST.mendingKey, '20') end
groups.wake()
return { size, passed }
