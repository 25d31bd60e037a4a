-- The records that are written with the settlements of a call: judged before anything is written, and written when all is settled.
--
-- Defines `settledWrites(from)`, which reads them from that argument on, and returns a table of `look(refused)`, which adds the settlements
-- whose records cannot be written to those that are refused, and `write(replies)`. A record is a hash; beside it lie a sorted set of all of
-- its store by when they were written, one for each label by since when they have it, one of those that are kept for a time by its end, the
-- set of the labels, and that of the stores. Expects `now` and `turnsAt`.

local function settledWrites(from)
  local call = redis.call
  local writes, isClaimed = {}, {}
  local base = ARGV.prefix .. CONST.recordsKey

  local function labelsOf(text)
    local isRead, labels = pcall(cjson.decode, text or '[]')
    return isRead and type(labels) == 'table' and labels or {}
  end

  for at = from, turnsAt - 1, INLINE.size('write') do
    local store, id = ARGV[at + ENTRY.write.store], ARGV[at + ENTRY.write.id]
    writes[#writes + 1] = { entry = tonumber(ARGV[at + ENTRY.write.entry]), by = ARGV[at + ENTRY.write.jobId], store = store, id = id,
      key = base .. ':' .. store .. ':' .. id, index = base .. 's:' .. store, expected = ARGV[at + ENTRY.write.expected],
      value = ARGV[at + ENTRY.write.value], labels = cjson.decode(ARGV[at + ENTRY.write.labels]), keptMs = ARGV[at + ENTRY.write.keptMs] }
  end

  local function requireKind(key, kind)
    local found = redis.pcall('TYPE', key).ok or kind
    if found ~= kind and found ~= 'none' then error({ err = 'the key ' .. key .. ' holds a ' .. found .. ' in place of a ' .. kind }) end
  end

  local function requireKindsOf(write)
    requireKind(write.key, 'hash')
    requireKind(write.index, 'zset')
    requireKind(base .. '-ends:' .. write.store, 'zset')
    requireKind(base .. '-labels:' .. write.store, 'set')
    requireKind(base .. '-stores', 'set')
  end

  -- Whether the record is as it was read; one whose settlement was stored before is as this settlement has left it.
  local function isAsRead(write)
    if isClaimed[write.key] then return false end
    isClaimed[write.key] = true
    local known = call('HMGET', write.key, 'turn', 'labels', 'until', 'by')
    local turn = known[1] or '0'
    write.before, write.wasKept = labelsOf(known[2]), known[3]
    for _, label in ipairs(write.before) do requireKind(write.index .. ':' .. label, 'zset') end
    for _, label in ipairs(write.labels) do requireKind(write.index .. ':' .. label, 'zset') end
    if known[3] and tonumber(known[3]) <= tonumber(now) then turn = '0' end
    write.turn = string.format('%.0f', tonumber(write.expected) + 1)
    return turn == write.expected or turn == write.turn and known[4] == write.by
  end

  local function look(refused)
    for _, write in ipairs(writes) do
      local isSound, fault = pcall(requireKindsOf, write)
      local isKnown, outcome
      if isSound then isKnown, outcome = pcall(isAsRead, write) end
      if not isSound or not isKnown or not outcome then
        refused = refused or {}
        fault = fault or not isKnown and outcome or CONST.staleRecord
        refused[write.entry] = refused[write.entry] or { type(fault) == 'table' and fault.err or tostring(fault) }
      end
    end
    return refused
  end

  local function without(write, labels, id)
    for _, label in ipairs(labels) do call('ZREM', write.index .. ':' .. label, id) end
  end

  -- Removes two that are kept no longer: as many as come, and what was there before.
  local function sweep(write)
    local ends = base .. '-ends:' .. write.store
    for _, id in ipairs(call('ZRANGEBYSCORE', ends, '-inf', now, 'LIMIT', 0, 2)) do
      local key = base .. ':' .. write.store .. ':' .. id
      without(write, labelsOf(call('HGET', key, 'labels')), id)
      call('ZREM', write.index, id)
      call('ZREM', ends, id)
      call('DEL', key)
    end
  end

  local function store(write)
    local isLabel, wasLabel, left, new = {}, {}, {}, {}
    for _, label in ipairs(write.labels) do isLabel[label] = true end
    for _, label in ipairs(write.before) do
      wasLabel[label] = true
      if not isLabel[label] then left[#left + 1] = label end
    end
    for _, label in ipairs(write.labels) do if not wasLabel[label] then new[#new + 1] = label end end
    local ends = base .. '-ends:' .. write.store
    local keptUntil = write.keptMs ~= '' and string.format('%.0f', now + write.keptMs) or nil
    call('HSET', write.key, 'turn', write.turn, 'value', write.value, 'labels', cjson.encode(write.labels), 'at', now, 'by', write.by)
    call('ZADD', write.index, now, write.id)
    without(write, left, write.id)
    for _, label in ipairs(new) do call('ZADD', write.index .. ':' .. label, now, write.id) end
    if #new > 0 then call('SADD', base .. '-labels:' .. write.store, unpack(new)) end
    if write.turn == '1' then call('SADD', base .. '-stores', write.store) end
    if keptUntil then
      call('HSET', write.key, 'until', keptUntil)
      call('ZADD', ends, keptUntil, write.id)
      pcall(sweep, write)
    elseif write.wasKept then
      call('HDEL', write.key, 'until')
      call('ZREM', ends, write.id)
    end
  end

  -- Only with the settlements that this call has stored (0): with one that was stored before (1) it was written then.
  local function write(replies)
    for _, each in ipairs(writes) do
      if replies[each.entry] == 0 then
        -- Fails only for a user that lacks the right to a command: anything else was looked at.
        local isWritten, fault = pcall(store, each)
        if not isWritten then replies[each.entry] = { type(fault) == 'table' and fault.err or tostring(fault) } end
      end
    end
  end

  return { look = look, write = write }
end
