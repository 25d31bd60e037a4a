-- Changes the exchanges and bindings of a namespace, unless they have another version than those that the change was made of.
--
-- The versions grow with the server's clock, so that none comes again after the hash was deleted.
--
-- Roles: producer, operator
-- Keys: exchanges
-- Needs memory: what is kept grows
-- Arguments:
--   version
--   putCount: how many texts are put
--   entries...: the names and the texts that are put, and then the names that are removed
-- Reply: 1 when it was changed, 0 when it has another version.
-- Cost: four commands.

--- include: server-time
local call, exchanges = redis.call, KEYS.exchanges
local version = call('HGET', exchanges, CONST.versionField) or '0'
if version ~= ARGV.version then return 0 end
local at, putEnd = FIRST.entries, FIRST.entries + 2 * ARGV.putCount
local last = tonumber(version) or 0
call('HSET', exchanges, CONST.versionField, string.format('%.0f', math.max(last + 1, serverTime[1] * 1000000 + serverTime[2])))
while at < putEnd do
  call('HSET', exchanges, ARGV[at], ARGV[at + 1])
  at = at + 2
end
while at <= #ARGV do
  call('HDEL', exchanges, ARGV[at])
  at = at + 1
end
return 1
