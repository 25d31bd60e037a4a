-- Looks before BullMQ's scripts write: they write first and fail later, and what fails them halfway is in no list any more.
--
-- Defines `requireKinds(kinds)`, which fails, with nothing changed, when a key of the queue holds another kind of value; where that is the
-- record of a job, it is moved out of the way. With `meta` go the numbers in it: the length to which BullMQ trims the events, and the most
-- jobs at a time; `pc` and `id` are numbers. `requireKindsAt(base, kinds)` does so for another queue, or for the keys of a job, and
-- `requireKind(key, kind)` for one key. INLINE.kinds names the parts with the kind of each. Expects `prefix`.

--- include: misplaced
-- Nothing is known, and nothing refused, where the user may not ask.
local function isOfKind(key, kind)
  local found = redis.pcall('TYPE', key).ok or kind
  return found == kind or found == 'none', found
end

local function requireKind(key, kind)
  local isSound, found = isOfKind(key, kind)
  if isSound then return end
  error({ err = 'the key ' .. key .. ' holds a ' .. found .. ' where the queue keeps a ' .. kind .. '. Rename or delete the key' })
end

-- What the server can count on from: up to the greatest number of 64 bits.
local function requireCount(key)
  local count = redis.call('GET', key)
  if not count then return end
  local isNumber = count == '0' or string.find(count, '^%-?[1-9]%d*$')
  if isNumber and (#count < 19 or #count == 19 and count < '9223372036854775807') then return end
  error({ err = 'the key ' .. key .. ' holds no number where the queue counts: delete the key' })
end

local function requireNumbers(base, kinds)
  if kinds.pc then requireCount(base .. 'pc') end
  if kinds.id then requireCount(base .. 'id') end
  if not kinds.meta then return end
  local numbers = redis.call('HMGET', base .. 'meta', 'opts.maxLenEvents', 'concurrency')
  if numbers[1] and not (string.find(numbers[1], '^%d+$') and #numbers[1] <= 15) then
    error({ err = 'the field opts.maxLenEvents of ' .. base .. 'meta is no number of events: ' .. numbers[1] })
  end
  if numbers[2] and not tonumber(numbers[2]) then
    error({ err = 'the field concurrency of ' .. base .. 'meta is no number of jobs: ' .. numbers[2] })
  end
end

local function requireKindsAt(base, kinds)
  for part, kind in pairs(kinds) do requireKind(base .. part, kind) end
  requireNumbers(base, kinds)
end

local function requireKinds(kinds)
  for part, kind in pairs(kinds) do
    if not isOfKind(prefix .. part, kind) and not moveMisplaced(part) then requireKind(prefix .. part, kind) end
  end
  requireNumbers(prefix, kinds)
end
