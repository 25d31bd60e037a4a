-- Says that dead jobs have listeners in a process, and reads which have any, in whichever.
--
-- Roles: worker
-- Keys: listeners
-- Arguments:
--   names...: of the jobs
-- Reply: the names of all that have, as said within a day.
-- Cost: some four commands.

--- include: server-time
local call, listeners = redis.call, KEYS.listeners
call('ZREMRANGEBYSCORE', listeners, '-inf', now - CONST.listenersKeptMs)
for i = FIRST.names, #ARGV do call('ZADD', listeners, now, ARGV[i]) end
if #ARGV > 0 then call('PEXPIRE', listeners, CONST.listenersKeptMs) end
return call('ZRANGE', listeners, '0', '-1')
