-- Defines `forget()`, which forgets of our own acked jobs those that are too many or too old: a hundred together, so that most acks need
-- not look. Never fails. Expects `call`, `prefix`, `now`, `completed`, `failed` and `acked`.
--
-- What another client has taken out of the acked jobs since (removed, tried again) is left alone, but for its place in our list.

local function tooMany(size)
  local most = tonumber(ARGV.keptCount)
  if not most or size <= most then return 0 end
  return size - most + math.min(CONST.forgottenTogether, math.floor(most / 10))
end

-- How many of the ids go: `surplus`, and those after them that are too old, or no longer acked.
local function countLeaving(ids, surplus)
  local seconds, leaving = tonumber(ARGV.keptSeconds), math.min(surplus, #ids)
  while seconds and leaving < #ids do
    local endedAt = call('ZSCORE', completed, ids[leaving + 1])
    if endedAt and tonumber(endedAt) > now - seconds * 1000 then break end
    leaving = leaving + 1
  end
  return leaving
end

local function forgetOldest()
  local surplus = tooMany(call('LLEN', acked))
  local most = math.min(math.max(surplus, CONST.forgottenTogether), CONST.forgottenAtOnce)
  local ids = call('LRANGE', acked, 0, most - 1)
  local leaving = countLeaving(ids, surplus)
  if leaving == 0 then return end
  local areAll = call('ZREM', completed, unpack(ids, 1, leaving)) == leaving
  local gone = {}
  for i = 1, leaving do
    local key = prefix .. ids[i]
    if areAll or (call('HEXISTS', key, 'finishedOn') == 1 and not call('ZSCORE', failed, ids[i])) then
      for _, side in ipairs({ '', ':logs', ':dependencies', ':processed', ':failed', ':unsuccessful' }) do gone[#gone + 1] = key .. side end
    end
  end
  if #gone > 0 then call('DEL', unpack(gone)) end
  call('LTRIM', acked, leaving, -1)
end

local function forget() pcall(forgetOldest) end
