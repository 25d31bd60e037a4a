-- Makes a delayed job due.
--
-- Roles: operator
-- Keys: channel
-- Arguments:
--   prefix
--   id
--   keepsRates: '1' to leave a job that waits for the rate of its key
-- Reply: 0, -3 for a job that is not delayed, or -4 for one that was left.
-- Cost: some ten commands.

--- bullmq: promote
local prefix = ARGV.prefix
--- include: kinds
local wait, active, prioritized, events, _, _, delayed, paused, meta, pc, marker = unpack(KEYS)
requireKinds(INLINE.kinds('wait', 'active', 'prioritized', 'delayed', 'events', 'meta', 'pc', 'marker', 'paused'))

-- A job of a key has no delay of its own: until it is delivered, it waits for a token.
local function waitsForRate()
  local fields = redis.call('HMGET', prefix .. ARGV.id, 'opts', 'ats')
  if fields[2] or not string.find(fields[1] or '', '"key":', 1, true) then return false end
  local isRead, options = pcall(cjson.decode, fields[1])
  if not isRead or type(options) ~= 'table' or type(options.key) ~= 'string' then return false end
  local rates = redis.call('HMGET', prefix .. CONST.keySettingsKey, 'rate:' .. options.key, 'rate')
  return (rates[1] or rates[2]) and true or false
end

if ARGV.keepsRates == '1' and waitsForRate() then return -4 end
return promote({ delayed, wait, paused, meta, prioritized, active, pc, events, marker }, { prefix, ARGV.id })
