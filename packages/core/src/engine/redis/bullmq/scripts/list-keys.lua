-- A page of the keys of a queue: those that have jobs, and with the first page those that an operator has paused or limited.
--
-- Roles: operator
-- Keys: channel
-- Arguments:
--   prefix
--   cursor: of the page before; 0 for the first
--   count: about how many
-- Reply: `[the next cursor, [[key, how many wait for a turn, how many have one, '1' when it is paused, its own limit, its own rate],
--   ...]]`.
-- Cost: two commands for each key.

local call, prefix = redis.call, ARGV.prefix
--- include: server-time
--- include: turns
local rows, isListed = {}, {}
local function list(key, ids)
  if isListed[key] then return end
  isListed[key] = true
  local set = call('HMGET', groups.settings, 'paused:' .. key, 'turns:' .. key, 'rate:' .. key)
  rows[#rows + 1] = { key, call('LLEN', groups.lineOf(key)), groups.countOf(ids), set[1], set[2], set[3] }
end
local page = call('HSCAN', groups.turns, ARGV.cursor, 'COUNT', ARGV.count)
for i = 1, #page[2], 2 do list(page[2][i], page[2][i + 1]) end
if ARGV.cursor == '0' then
  local fields = call('HGETALL', groups.settings)
  for i = 1, #fields, 2 do
    local key = string.match(fields[i], '^%l+:(.+)$')
    if key then list(key, call('HGET', groups.turns, key) or '') end
  end
end
return { page[1], rows }
