-- Removes jobs that wait, or that were acked long enough ago, the oldest first, by BullMQ's own cleaning: runs that keep a schedule going stay.
--
-- Roles: operator
-- Keys: channel
-- Arguments:
--   prefix
--   part: where they are: `wait`, `paused`, `prioritized`, `delayed` or `completed`
--   before: of acked jobs the last time (ms) that counts; of others more than any time
--   limit
-- Reply: how many were removed.
-- Cost: some fifteen commands a job, and one search through a list.

--- bullmq: cleanJobsInSet
local prefix, part = ARGV.prefix, ARGV.part
--- include: kinds
requireKinds(INLINE.kinds('wait', 'paused', 'prioritized', 'delayed', 'completed', 'events', 'meta'))
local most = redis.call('HGET', KEYS.meta, 'opts.maxLenEvents') or '10000'
local ids = cleanJobsInSet({ prefix .. part, KEYS.events, prefix .. 'repeat' }, { prefix, ARGV.before, ARGV.limit, part })
-- BullMQ says only how many went. Those who wait for one of them are to know that it is gone.
for _, id in ipairs(ids) do
  redis.call('XADD', KEYS.events, 'MAXLEN', '~', most, '*', 'event', 'removed', 'jobId', id, 'prev', part)
end
return #ids
