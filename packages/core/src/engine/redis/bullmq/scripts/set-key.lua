-- Sets what an operator says of a key, or of all, and gives the key what turns it has by then.
--
-- Roles: operator
-- Keys: channel
-- Arguments:
--   prefix
--   key: '' for all
--   settings...: of each its name, `turns`, `rate` or `paused`, and its value, '' for none
-- Reply: nothing.
-- Cost: some eight commands, and six for each turn that is given.

local call, prefix, key = redis.call, ARGV.prefix, ARGV.key
--- include: server-time
--- include: turns
groups.requireParts(key)
local ids = call('HGET', groups.turns, key)
for at = FIRST.settings, #ARGV, INLINE.size('setting') do
  local name, value = ARGV[at + ENTRY.setting.name], ARGV[at + ENTRY.setting.value]
  local field = key == '' and name or name .. ':' .. key
  if value == '' then call('HDEL', groups.settings, field) else call('HSET', groups.settings, field, value) end
end
if ids then groups.admit(key, ids, ids, groups.ownOf(key)) end
groups.wake()
