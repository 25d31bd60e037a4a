-- Looks before BullMQ's scripts write to what belongs to a job besides its record.
--
-- Defines `requireFamily(key)`, which fails, with nothing changed, when its end could not be carried through for its parent, its parent's
-- queue, or its deduplication; and `requireParent(key)`, of a parent alone. Expects what `kinds` defines.

local areParentsChecked = {}
local function requireParent(key)
  local queue = string.match(key, '^.*:')
  if not queue or areParentsChecked[key] then return end
  requireKindsAt(key, INLINE.kinds('', ':dependencies', ':processed', ':failed', ':unsuccessful'))
  requireKindsAt(queue, INLINE.kinds('wait', 'active', 'prioritized', 'events', 'meta', 'delayed', 'pc', 'marker', 'failed'))
  requireKindsAt(queue, INLINE.kinds('waiting-children'))
  areParentsChecked[key] = true
end

-- What BullMQ makes a job of when the one with the same deduplication has ended.
local function requireNext(key)
  requireKind(key, 'hash')
  if redis.call('EXISTS', key) == 0 then return end
  requireKinds(INLINE.kinds('id', 'wait', 'prioritized', 'delayed', 'pc', 'marker'))
  local job = redis.call('HMGET', key, 'name', 'data', 'opts')
  local isRead, options = pcall(cjson.decode, job[3] or '')
  if job[1] and job[2] and isRead and type(options) == 'table' then return end
  error({ err = 'the key ' .. key .. ' holds no job that can be added after its deduplication: delete the key' })
end

local function requireFamily(key)
  local family = redis.call('HMGET', key, 'parentKey', 'deid')
  if family[1] then requireParent(family[1]) end
  if family[2] then
    requireKind(prefix .. 'de:' .. family[2], 'string')
    requireNext(prefix .. 'dn:' .. family[2])
  end
end
