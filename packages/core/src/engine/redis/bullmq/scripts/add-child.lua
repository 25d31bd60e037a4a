-- Adds a child to a job that is under way, as BullMQ's flows have it: fenced by the lease of the parent, and at most once.
--
-- Roles: worker
-- Keys: channel
-- Needs memory: a server that is out of it refuses the call
-- Arguments:
--   prefix: of the keys of the parent's queue
--   parentId
--   token: of the parent's lease
--   childPrefix: of the keys of the child's queue
--   childId
--   name: of the child
--   options: as JSON
--   payload
--   policy: what becomes of the parent when the child dies: `fpof` (it dies, too) or `idof` (it goes on)
-- Reply: 'added'; 'known' when it is a child of the job or was one; 'taken' when the queue holds another job of that id; 'lost'.
-- Cost: some fifteen commands.

--- include: server-time
local call = redis.call
--- include: lease
local parentKey = ARGV.prefix .. ARGV.parentId
local childKey = ARGV.childPrefix .. ARGV.childId
local dependencies = parentKey .. ':dependencies'

if not holdsLease(ARGV.prefix, ARGV.parentId, ARGV.token) then return 'lost' end
-- Where another kind of value lies, this fails before anything is written.
local isOpen, isAcked = call('SISMEMBER', dependencies, childKey), call('HEXISTS', parentKey .. ':processed', childKey)
local hasDied, isFatal = call('HEXISTS', parentKey .. ':failed', childKey), call('ZSCORE', parentKey .. ':unsuccessful', childKey)
if isOpen == 1 or isAcked == 1 or hasDied == 1 or isFatal then return 'known' end

local function addChild()
--- include: adder
  local add = adderTo(ARGV.childPrefix)
  local parent = { id = ARGV.parentId, queueKey = string.sub(ARGV.prefix, 1, -2), [ARGV.policy] = true }
  local family = { key = parentKey, dependencies = dependencies, parent = parent }
  return add(ARGV.childId, ARGV.name, ARGV.payload, cjson.decode(ARGV.options), family)
end

if addChild() == 1 then return 'added' end
return 'taken'
