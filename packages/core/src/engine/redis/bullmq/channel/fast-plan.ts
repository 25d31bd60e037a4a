// Whether a call of the channel is an ordinary one, found out by reading alone.

/**
 * The part of `fast()` that only reads. It returns nil unless the call has nothing but acks and fetches, and its queue and jobs are
 * ordinary.
 *
 * Ordinary is a queue that is not paused, has no limit on concurrency or rate and no delayed job that is due, and a job that is
 * leased to who acks it, has no parent, children or deduplication, and no retention of its own.
 *
 * Its sections have no functions of their own: Lua makes every function anew in each call, and what it refers to, too.
 */
export const fastPlan = `
  -- Where the arguments of an ack stand, after its word.
  local ID, TOKEN, LIFE, FIELD_COUNT, ATTEMPTS_MADE, RESULT = 1, 2, 3, 4, 5, 6

  -- Where the acks of the call stand, and how many fetches there are besides.
  local acks, fetches, isInCall = {}, 0, {}
  local stepAt, callEnd = firstEntry, #ARGV
  while stepAt <= callEnd do
    local word, id = ARGV[stepAt], ARGV[stepAt + ID]
    if word == 'fetch' then
      fetches = fetches + 1
      stepAt = stepAt + 2
    elseif word == 'ack' and not isInCall[id] then
      isInCall[id] = true
      acks[#acks + 1] = stepAt
      stepAt = stepAt + 7
    else
      return nil
    end
  end

  -- A job of plain BullMQ that is named like a part of the queue may lie in its place: then these fail. Of the active list, an ack's
  -- first write finds out.
  call('XLEN', events)
  if fetches > 0 then call('ZCARD', marker) else call('LLEN', wait) end
  if #acks > 0 then call('ZCARD', prioritized) else call('LLEN', active) end

  -- A queue on which BullMQ has set the length of its event stream has been used before; the first call sets it. What is no length
  -- would be refused in the middle of the call.
  local attributes = call('HMGET', meta, 'paused', 'concurrency', 'max', 'opts.maxLenEvents')
  local mostEvents = attributes[4]
  if attributes[1] or attributes[2] or attributes[3] or not mostEvents then return nil end
  if not string.find(mostEvents, '^%d%d?%d?%d?%d?%d?%d?%d?%d?$') then return nil end

  -- Keys that an ordinary call finds empty; all are asked for at once.
  local strange = { stalled, fetches > 0 and delayed or nil }

  local keys, locks, last = {}, {}, #strange
  if #acks > 0 then
    for i = 1, #acks do
      local key = prefix .. ARGV[acks[i] + ID]
      keys[i], locks[i] = key, key .. ':lock'
      strange[last + 1], strange[last + 2] = key .. ':dependencies', key .. ':unsuccessful'
      last = last + 2
    end
    local tokens = call('MGET', unpack(locks))
    local countText, fieldCount
    for i = 1, #acks do
      if tokens[i] ~= ARGV[acks[i] + TOKEN] then return nil end
      -- As long as it has as many fields as when it was fetched, these are the same: while a job is leased nothing takes one away
      -- and puts another in its place.
      if ARGV[acks[i] + FIELD_COUNT] ~= countText then
        countText = ARGV[acks[i] + FIELD_COUNT]
        fieldCount = tonumber(countText)
      end
      if call('HLEN', keys[i]) ~= fieldCount then
        local fields = call('HMGET', keys[i], 'name', 'parentKey', 'parent', 'deid')
        if not fields[1] or fields[2] or fields[3] or fields[4] then return nil end
      end
    end
  end
  local familiesEnd = last

  -- BullMQ once kept markers among the waiting ids, and looks for them still. A job that is acked here does not wait as well.
  local ids = fetches > 0 and call('LRANGE', wait, -fetches, -1) or {}
  for i = 1, #ids do
    if isInCall[ids[i]] or string.find(ids[i], '^0:') then return nil end
  end
  for i = 1, #ids do isInCall[ids[i]] = true end

  -- The acked jobs that may have to go to keep to the retention, as keys, and how many more it has room for. More than deleting them
  -- is not done here.
  local surplus, room = {}, 0
  if #acks > 0 then
    local keptSeconds, keptCount = tonumber(ARGV[4]), tonumber(ARGV[5])
    room = keptCount - call('ZCARD', completed)
    local count = math.max(#acks - room, 0)
    -- Lua unpacks some 8,000 values at most, and a job has six keys: a queue that kept far more before is BullMQ's to clear.
    if count > 500 then return nil end
    local first = call('ZRANGE', completed, '0', '0', 'WITHSCORES')
    if first[2] and tonumber(first[2]) <= now - keptSeconds * 1000 then return nil end
    if count > 0 then
      -- Without their scores, for the server writes each with printf.
      local oldest = count == 1 and { first[1] } or call('ZRANGE', completed, '0', count - 1)
      if #oldest < count then return nil end
      -- Among jobs of this very millisecond, which of them goes depends on their ids.
      local lastScore = count == 1 and first[2] or call('ZSCORE', completed, oldest[count])
      if tonumber(lastScore) >= tonumber(now) then return nil end
      for i = 1, count do
        local key = prefix .. oldest[i]
        -- Whether it has a parent is not asked: an acked job is none that a parent waits for. Only one whose id is used again while it is
        -- still kept can be, as after its hash was removed by hand.
        if isInCall[oldest[i]] then return nil end
        surplus[i] = key
        strange[last + 1], strange[last + 2], strange[last + 3] = key .. ':logs', key .. ':dependencies', key .. ':processed'
        strange[last + 4], strange[last + 5] = key .. ':failed', key .. ':unsuccessful'
        last = last + 5
      end
    end
  end

  local areStalled, nextDueMs, haveSides = false, nil, false
  if call('EXISTS', unpack(strange)) > 0 then
    areStalled = call('SCARD', stalled) > 0
    if fetches > 0 then
      local due = call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
      nextDueMs = due[2] and math.floor(tonumber(due[2]) / 0x1000)
      if nextDueMs and nextDueMs <= tonumber(now) then return nil end
    end
    if #acks > 0 and call('EXISTS', unpack(strange, familiesEnd - 2 * #acks + 1, familiesEnd)) > 0 then return nil end
    haveSides = #surplus > 0 and call('EXISTS', unpack(strange, familiesEnd + 1)) > 0
  end
`;
