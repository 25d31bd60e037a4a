-- Cancels a job wherever it is. The mark on the job (its field `cancel`) outlives the message: a job whose worker does not receive it, or
-- dies, is refused by the next one. PUBLISH, not SPUBLISH: it reaches every kind of subscription on every server, and cancels are rare.
--
-- Roles: producer, worker, operator
-- Keys: channel
-- Arguments:
--   prefix
--   id
--   why
--   channel: the control channel, on which a ControlMessage is published
-- Reply: a CancelOutcome.
-- Cost: some ten commands; a job that waits or is active is searched for in its list.

--- bullmq: removeJob
--- include: job-key
local call = redis.call
local prefix, id, why, channel = unpack(ARGV)
--- include: kinds
--- include: family
--- include: server-time
--- include: turns
--- include: remove-job
local key, active, completed, failed = prefix .. id, KEYS.active, KEYS.completed, KEYS.failed

local function mark()
  redis.call('HSET', key, 'cancel', why)
  local fence = tonumber(redis.call('HGET', key, 'ats') or 0)
  redis.pcall('PUBLISH', channel, cjson.encode({ cancel = id, why = why, fence = fence }))
  return 'signalled'
end

if not isJobKey(key) then return 'notFound' end
if redis.call('ZSCORE', completed, id) or redis.call('ZSCORE', failed, id) then return 'ended' end
if redis.call('EXISTS', key .. ':lock') == 1 or redis.call('LPOS', active, id) then return mark() end
requireKinds(INLINE.kinds('wait', 'active', 'prioritized', 'delayed', 'completed', 'failed', 'events', 'meta', 'waiting-children'))
requireFamily(key)
local group = groups.of(key)
-- BullMQ keeps the next job of a job scheduler from being removed: it is refused when its time comes.
local hasChildren = redis.call('SCARD', key .. ':dependencies') > 0
if removeWhole(id) ~= 1 then return mark() end
if group then groups.leave(id, group) end
groups.wake()
return hasChildren and 'removedAlone' or 'removed'
