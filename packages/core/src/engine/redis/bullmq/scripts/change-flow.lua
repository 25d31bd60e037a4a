-- Changes what is kept of a flow with its job, unless that was changed since it was read. The results of its steps lie where BullMQ keeps those of
-- children: its clients read them with `getChildrenValues()`, and its scripts remove them with the job.
--
-- Roles: worker
-- Keys: channel
-- Needs memory: what is kept grows
-- Arguments:
--   prefix
--   id
--   sentAtMs: when the job was sent, for another may have its id since
--   changes: how often it was changed when it was read
--   record: as JSON
--   progress: of the job, as JSON
--   result...: none, or the key of the job of a step and its result as JSON
-- Reply: a FlowChangeOutcome.
-- Cost: some ten commands.

--- bullmq: updateProgress
--- include: job-key
local prefix, id, sentAtMs, changes, record, progress = unpack(ARGV)
--- include: kinds
local key = prefix .. id
if not isJobKey(key) then return 'gone' end
local known = redis.call('HMGET', key, 'timestamp', 'flowChanges')
if known[1] ~= sentAtMs then return 'gone' end
if (known[2] or '0') ~= changes then return 'stale' end
requireKinds(INLINE.kinds('events', 'meta'))
local at = FIRST.result
if ARGV[at] then
  local found = redis.call('TYPE', key .. ':processed').ok
  if found ~= 'none' and found ~= 'hash' then
    error({ err = 'the key ' .. key .. ':processed holds a ' .. found .. ' in place of a hash' })
  end
  redis.call('HSET', key .. ':processed', ARGV[at], ARGV[at + 1])
end
redis.call('HSET', key, 'flow', record, 'flowChanges', tonumber(changes) + 1)
updateProgress({ key, KEYS.events, KEYS.meta }, { id, progress })
return 'changed'
