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
  local keys, sides = {}, {}
  for i = 1, leaving do
    local key = prefix .. ids[i]
    if areAll or (call('HEXISTS', key, 'finishedOn') == 1 and not call('ZSCORE', failed, ids[i])) then
      local at = #sides
      keys[#keys + 1] = key
      sides[at + 1], sides[at + 2], sides[at + 3] = key .. ':logs', key .. ':dependencies', key .. ':processed'
      sides[at + 4], sides[at + 5] = key .. ':failed', key .. ':unsuccessful'
    end
  end
  if #keys > 0 then call('DEL', unpack(keys)) end
  -- Asked first, for few jobs have any, and what is deleted is written to the append-only file, be it there or not.
  if #sides > 0 and call('EXISTS', unpack(sides)) > 0 then call('DEL', unpack(sides)) end
  call('LTRIM', acked, leaving, -1)
end

local function forget() pcall(forgetOldest) end
