-- Keeps the result of a step in the job's own hash, so that it goes when the job goes, in the field `step:<name>`. The fence decides and not
-- the lock: a lease that expired while the server was away is no reason to do a step again which no other delivery has begun.
--
-- Roles: worker
-- Keys: channel
-- Arguments:
--   prefix
--   id
--   fence: of the delivery
--   name
--   result: as JSON; '' for none
-- Reply: 1, or 0 when a later delivery has begun, or the job has ended. What was stored first under the name stays.
-- Cost: some four commands.

--- include: server-time
--- include: holds-fence
local key, field, result = ARGV.prefix .. ARGV.id, 'step:' .. ARGV.name, ARGV.result
if not holdsFence(key, ARGV.fence) then return 0 end
if redis.call('HEXISTS', key, field) == 1 then return 1 end
local said = result == '' and '' or ',"result":' .. result
redis.call('HSET', key, field, '{"fence":' .. ARGV.fence .. ',"storedAtMs":' .. now .. said .. '}')
return 1
