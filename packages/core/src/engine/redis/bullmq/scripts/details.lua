-- All that is kept of a job.
--
-- Roles: producer, operator
-- Keys: channel
-- Arguments:
--   prefix
--   id
--   mostLines: of its log
-- Reply: a `DetailsAnswer`.
-- Cost: that of find, and some reads as long as what they return.

--- include: found-row
--- include: steps-of
local key, mostLines = ARGV.prefix .. ARGV.id, tonumber(ARGV.mostLines)
if not isJob() then return { foundRow(), {}, {}, {} } end
return {
  foundRow(),
  redis.call('HMGET', key, 'data', 'returnvalue', 'stacktrace', 'progress', 'history', 'opts'),
  redis.call('LRANGE', key .. ':logs', -mostLines, -1),
  stepsOf(key),
}
