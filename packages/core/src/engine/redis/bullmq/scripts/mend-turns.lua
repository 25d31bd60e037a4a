-- Passes on the turns of jobs that have ended, or are gone, by other clients than Acktor's: a part of all keys each time, one process of the
-- fleet at a time.
--
-- Roles: worker
-- Keys: channel
-- Arguments:
--   prefix
--   intervalMs: how long no other process has a go
--   count: how many keys to look at, about
-- Reply: how many keys have jobs, and 1 where there may be more to do at once.
-- Cost: one command where no job has a key; else some ten for each key that is looked at, and eight for each turn that is passed on.

local call, prefix = redis.call, ARGV.prefix
local size, passed = call('HLEN', prefix .. CONST.turnsKey), 0
if size == 0 then return { 0, 0 } end
--- include: server-time
--- include: turns
-- Where the look over all keys goes on, and how many times all were looked at.
local from, round = string.match(call('GET', prefix .. CONST.mendedKey) or '', '^(%d+) (%d+)$')
round = tonumber(round or 0)
if not call('SET', prefix .. CONST.mendingKey, '1', 'NX', 'PX', ARGV.intervalMs) then return { size, 0 } end

local function isOver(id, key)
  local jobKey = prefix .. id
  -- Another client has removed it, and it was sent again under its id: it waits for the turn of its earlier life.
  if call('ZSCORE', groups.held, id) then return true end
  local fields = call('HMGET', jobKey, 'name', 'finishedOn')
  local group = groups.of(jobKey)
  if not fields[1] or not group or group.key ~= key then return call('EXISTS', jobKey .. ':lock') == 0 end
  return fields[2] and not (group.holds and call('ZSCORE', KEYS.failed, id))
end

-- Of many turns some are looked at in one round, the next in the next; all of them when one of these is over.
local function mend(key, ids)
  local all, left, i = {}, ids, 0
  for id in string.gmatch(ids, '%S+') do all[#all + 1] = id end
  local first, seen = round * CONST.turnsLookedAt, math.min(#all, CONST.turnsLookedAt)
  while i < seen do
    local id = all[(first + i) % #all + 1]
    if isOver(id, key) then
      left = groups.without(left, id)
      passed, seen = passed + 1, #all
    end
    i = i + 1
  end
  groups.admit(key, ids, left, groups.ownOf(key))
end

local isRead, page = pcall(call, 'HSCAN', groups.turns, from or '0', 'COUNT', ARGV.count)
if not isRead then page = call('HSCAN', groups.turns, '0', 'COUNT', ARGV.count) end
-- A key with a record that is none holds up no other.
for i = 1, #page[2], 2 do pcall(mend, page[2][i], page[2][i + 1]) end
if not groups.isSpent() then
  if page[1] == '0' then round = round + 1 end
  call('SET', prefix .. CONST.mendedKey, page[1] .. ' ' .. round, 'PX', CONST.lastTurnKeptMs)
end
-- Where one was left, there are more.
local isMore = passed > 0 or groups.isSpent()
if isMore then call('PEXPIRE', prefix .. CONST.mendingKey, '20') end
groups.wake()
return { size, isMore and 1 or 0 }
