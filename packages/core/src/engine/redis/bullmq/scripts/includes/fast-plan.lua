-- Whether a call of the channel is an ordinary one, found out by reading alone: the first part of `fast()`, which returns nil where it
-- leaves the call to BullMQ's scripts, entry by entry.
--
-- It takes on acks, with the queue's retention or their own, fetches, retries, and, by BullMQ's own scripts between them, dead letters and
-- what is put off. It leaves:
-- - a queue that is paused, or at its limit of concurrency or rate, or that has a delayed job which is due;
-- - a settlement whose lease is another's, or whose job has children that have not ended, or a successor that waits for its deduplication;
-- - acks with retentions of more than one kind, or that forget more than 500 jobs.

  -- Where the acks of the call stand, which of them remove their jobs, and how many stay; and the other settlements and fetches.
  -- What is seldom needed is one empty table until it is: a call for one job would spend a part of its time on making eight.
  local none = {}
  local acks, removes, staying, forgettable, others, fetches, isInCall = {}, none, 0, 0, none, 0, {}
  local keepsOthers, areOthersKept = ARGV.keepsOthers == '1', false
  local keptCount, keptSeconds, keptMost, ownText, ownKept
  local queueCount, queueSeconds = tonumber(ARGV.keptCount), tonumber(ARGV.keptSeconds)
  local hasDeadLetter = false
  local stepAt, callEnd = firstEntry, entriesEnd
  while stepAt <= callEnd do
    local word, id = ARGV[stepAt], ARGV[stepAt + ENTRY.settled.jobId]
    if word ~= 'fetch' and word ~= 'ack' then arity = arity or INLINE.arity() end
    if word == 'fetch' then
      fetches = fetches + 1
    elseif word == 'ack' and keepsOthers and not isInCall[id] then
      isInCall[id] = true
      acks[#acks + 1] = stepAt
      forgettable = forgettable + 1
    elseif isInCall[id] or word == 'requeue' then
      return nil
    elseif word == 'ack' or word == 'keep' then
      isInCall[id] = true
      acks[#acks + 1] = stepAt
      local count, seconds, most = queueCount, queueSeconds, 1000
      if word == 'keep' then
        if ARGV[stepAt + ENTRY.keep.retention] ~= ownText then
          ownText = ARGV[stepAt + ENTRY.keep.retention]
          ownKept = cjson.decode(ownText).completed
        end
        if ownKept then count, seconds, most = ownKept.count, ownKept.age, ownKept.limit or 1000 end
      end
      if count == 0 then
        if removes == none then removes = {} end
        removes[#acks] = true
      elseif count == -1 and not seconds then
        areOthersKept = true
      else
        staying = staying + 1
        if staying == 1 then
          keptCount, keptSeconds, keptMost = count, seconds, most
          if (count or 1) ~= tonumber(count or 1) or (seconds or 1) ~= tonumber(seconds or 1) then return nil end
          if type(most) ~= 'number' or (seconds and seconds <= 0) then return nil end
        elseif count ~= keptCount or seconds ~= keptSeconds or most ~= keptMost then
          return nil
        end
      end
    elseif word == 'waitForChildren' then
      return nil
    else
      isInCall[id] = true
      if others == none then others = {} end
      others[#others + 1] = stepAt
      if word == 'deadLetter' then
        -- A retention of its own may forget a dead letter that a parent waits for.
        if ARGV[stepAt + ENTRY.deadLetter.retention] ~= '' or (bounds and (bounds.deadSeconds or bounds.deadCount)) then return nil end
        hasDeadLetter = true
      elseif word == 'retry' and ARGV[stepAt + ENTRY.retry.push] == 'RPUSH' and ARGV[stepAt + ENTRY.retry.delayMs] == '0' then
        -- It comes before all that waits, for the fetches after it.
        return nil
      end
    end
    stepAt = INLINE.after(stepAt, word)
  end
  -- What is kept for good is not counted by a retention that counts: which ones it would find depends on their order.
  if staying > 0 and (forgettable > 0 or areOthersKept) then return nil end

  -- A job of plain BullMQ that is named like a part of the queue may lie in its place: then these fail. Of the active list, an ack's
  -- first write finds out.
  local eventCount = call('XLEN', events)
  -- The marker of ready jobs is there already in most calls that fetch, and needs no second look.
  local isMarked = false
  if fetches > 0 then isMarked = call('ZCOUNT', marker, '0', '0') > 0 else call('LLEN', wait) end
  -- An ack looks at the jobs with a priority where nothing is fetched; a fetch that finds too little reads them below.
  if #acks == 0 then call('LLEN', active) elseif fetches == 0 then call('ZCARD', prioritized) end
  -- A retry writes to both.
  if #others > 0 then
    call('ZCARD', marker)
    call('ZCARD', delayed)
  end

  -- A queue on which BullMQ has set the length of its event stream has been used before; the first call sets it. What is no length
  -- would be refused in the middle of the call.
  local attributes = call('HMGET', meta, 'paused', 'opts.maxLenEvents', 'concurrency', 'max')
  -- A fetch trims no events: it does not ask for their number.
  local mostEvents = attributes[2] or (#acks == 0 and #others == 0 and '10000')
  if attributes[1] or not mostEvents then return nil end
  -- Lua writes a number with printf each time it becomes a text, which costs as much as a small command: BullMQ's default is compared.
  local oneMoreEvent = '10001'
  if mostEvents ~= '10000' then
    if not string.find(mostEvents, '^%d%d?%d?%d?%d?%d?%d?%d?%d?$') then return nil end
    oneMoreEvent = tostring(mostEvents + 1)
  end

  -- Keys that an ordinary call finds empty; all are asked for at once.
  -- A retry moves what is due, as a fetch does.
  local movesDue = fetches > 0 or #others > 0
  local strange = { stalled, movesDue and delayed or nil }

  local keys, locks, last = {}, {}, #strange
  -- The keys of deduplication that end with the acks; the parents that wait for them, with how many children each still waits for, and
  -- the parents of this queue that an ack releases.
  local deduplications, parents, pending, released, hasReleased = none, none, none, none, false
  if #acks > 0 then
    for i = 1, #acks do
      local key = prefix .. ARGV[acks[i] + ENTRY.settled.jobId]
      keys[i], locks[i] = key, key .. ':lock'
      strange[last + 1], strange[last + 2] = key .. ':dependencies', key .. ':unsuccessful'
      last = last + 2
    end
    local tokens = call('MGET', unpack(locks))
    local countText, fieldCount
    for i = 1, #acks do
      if tokens[i] ~= ARGV[acks[i] + ENTRY.settled.leaseToken] then return nil end
      -- As long as it has as many fields as when it was fetched, these are the same: while a job is leased nothing takes one away
      -- and puts another in its place.
      if ARGV[acks[i] + ENTRY.ack.fieldCount] ~= countText then
        countText = ARGV[acks[i] + ENTRY.ack.fieldCount]
        fieldCount = tonumber(countText)
      end
      if call('HLEN', keys[i]) ~= fieldCount then
        local fields = call('HMGET', keys[i], 'name', 'parentKey', 'parent', 'deid')
        if not fields[1] then return nil end
        if fields[2] or fields[3] then
          -- What the ack of a child means for its parent: one less to wait for, and if it was the last, back into its queue. A parent with
          -- a priority or a delay, or in a queue that is paused or limited, is left to BullMQ's scripts, and so is a child that is removed.
          if parents == none then parents, pending, released = {}, {}, {} end
          if not fields[2] or not fields[3] or removes[i] then return nil end
          if not call('LPOS', active, ARGV[acks[i] + ENTRY.settled.jobId]) then return nil end
          local key = fields[2]
          if call('SISMEMBER', key .. ':dependencies', keys[i]) == 1 then
            local parent = cjson.decode(fields[3])
            local queue, parentId = parent.queueKey .. ':', parent.id
            pending[key] = (pending[key] or call('SCARD', key .. ':dependencies')) - 1
            call('HLEN', key .. ':processed')
            local isLast = pending[key] == 0 and call('EXISTS', key) == 1
            local isReleased = isLast and call('ZSCORE', queue .. 'waiting-children', parentId)
            if isReleased then
              local parentFields = call('HMGET', key, 'priority', 'delay')
              local parentQueue = call('HMGET', queue .. 'meta', 'paused', 'concurrency')
              if (parentFields[1] or '0') ~= '0' or (parentFields[2] or '0') ~= '0' then return nil end
              if parentQueue[1] or parentQueue[2] or (queue == prefix and #others > 0) then return nil end
              call('LLEN', queue .. 'wait')
              call('XLEN', queue .. 'events')
              call('ZCARD', queue .. 'marker')
              if queue == prefix then released[acks[i]], hasReleased = parentId, true end
            end
            parents[i] = { key = key, id = parentId, queue = queue, isReleased = isReleased }
          end
        end
        if fields[4] then
          if call('EXISTS', prefix .. 'dn:' .. fields[4]) == 1 then return nil end
          local key = prefix .. 'de:' .. fields[4]
          local ttlMs = call('PTTL', key)
          -- One without an end is its job's; another ends by itself.
          if ttlMs == 0 or (ttlMs == -1 and call('GET', key) == ARGV[acks[i] + ENTRY.settled.jobId]) then
            if deduplications == none then deduplications = {} end
            deduplications[i] = key
          end
        end
      end
    end
  end
  local familiesEnd = last
  -- Where the retries stand that BullMQ's scripts are not needed for.
  local retries = #others > 0 and {} or none
  for i = 1, #others do
    local at = others[i]
    local id, key = ARGV[at + ENTRY.settled.jobId], prefix .. ARGV[at + ENTRY.settled.jobId]
    if ARGV[at] == 'deadLetter' then
      local fields = call('HMGET', key, 'parentKey', 'parent', 'deid')
      if fields[1] or fields[2] or fields[3] then return nil end
    elseif ARGV[at] == 'retry' and call('GET', key .. ':lock') == ARGV[at + ENTRY.settled.leaseToken] and call('LPOS', active, id) then
      local fields = call('HMGET', key, 'name', 'priority', 'atm')
      local isCounted = string.find(fields[3] or '0', '^%d%d?%d?%d?%d?%d?%d?%d?%d?$')
      if fields[1] and isCounted and (fields[2] or '0') == '0' then retries[at] = key end
    end
  end

  -- The ids to fetch, in their order: first those that wait, the oldest first, then those with a priority. BullMQ once kept markers
  -- among the waiting ids, and looks for them still. A job that is acked here does not wait as well.
  -- A parent that an ack of the call releases comes first for the fetches after it; what of them is left goes to the head.
  local ids, waiting, prioritizedCount, leftParents = {}, 0, 0, hasReleased and {} or none
  if fetches > 0 or hasReleased then
    local oldest = fetches > 0 and call('LRANGE', wait, fetches == 1 and '-1' or -fetches, '-1') or {}
    if not hasReleased then
      waiting = #oldest
      for i = 1, waiting do ids[i] = oldest[waiting + 1 - i] end
    else
      local at, isShort = firstEntry, false
      while at <= callEnd do
        if released[at] then
          leftParents[#leftParents + 1] = released[at]
        elseif ARGV[at] == 'fetch' then
          local id = table.remove(leftParents)
          if not id and waiting < #oldest then
            id = oldest[#oldest - waiting]
            waiting = waiting + 1
          end
          -- A fetch that comes before the parent finds nothing.
          if id and isShort then return nil end
          isShort = not id
          ids[#ids + 1] = id
        end
        at = INLINE.after(at, ARGV[at])
      end
    end
    local firstByteOf = string.byte
    for i = 1, #ids do
      local id = ids[i]
      -- A pattern costs three times as much as its first byte, and few ids begin with a nought.
      if isInCall[id] or (firstByteOf(id) == 48 and string.find(id, '^0:')) then return nil end
    end
    -- An id that is no text becomes a dead letter. They are looked at together, for each search costs more than its bytes.
    if #ids > 0 and string.find(#ids == 1 and ids[1] or table.concat(ids), '[\128-\255]') then return nil end
    for i = 1, #ids do isInCall[ids[i]] = true end
    if #ids < fetches then
      local first = call('ZRANGE', prioritized, '0', fetches - #ids - 1)
      -- One with a priority may come before a parent that is released later.
      if #first > 0 and hasReleased then return nil end
      -- What is tried again may come before them.
      if #first > 0 and #others > 0 then return nil end
      for i = 1, #first do
        if isInCall[first[i]] or string.find(first[i], '[\128-\255]') then return nil end
        isInCall[first[i]] = true
      end
      prioritizedCount = #first
      local before = #ids
      for i = 1, #first do ids[before + i] = first[i] end
    end
  end

  -- A dead letter says that the queue is drained when no job is left: here the acks after it have left already.
  if hasDeadLetter and #ids == 0 and call('LLEN', active) <= #acks + #others then return nil end

  -- A queue with limits is ordinary as long as no fetch of the call comes to one.
  local rateMax = attributes[4] or (bounds and bounds.limitMax)
  local isLimited, limiterKey, durationMs, used = attributes[3] or rateMax, nil, nil, 0
  if isLimited and (fetches > 0 or #others > 0) then
    if #others > 0 or hasReleased then return nil end
    if attributes[3] then
      local most, held = tonumber(attributes[3]), call('LLEN', active)
      if not most then return nil end
      if held + fetches > most then
        -- The acks make room, each for the fetches after it.
        for i = 1, #acks do
          if not call('LPOS', active, ARGV[acks[i] + ENTRY.settled.jobId]) then return nil end
        end
        local at, found = firstEntry, 0
        while at <= callEnd do
          if ARGV[at] ~= 'fetch' then
            held = held - 1
          else
            if held >= most then return nil end
            if found < #ids then found, held = found + 1, held + 1 end
          end
          at = INLINE.after(at, ARGV[at])
        end
      end
    end
    if rateMax then
      local most = tonumber(rateMax)
      -- BullMQ takes the number from the queue first, and the span from the worker.
      local spanMs = bounds and bounds.limitMs or call('HGET', meta, 'duration')
      limiterKey, durationMs, used = limiter, tonumber(spanMs), tonumber(call('GET', limiter) or 0)
      if not most or not durationMs or not used or used < 0 then return nil end
      if used + #ids > most or (used + #ids == most and #ids < fetches) then return nil end
    end
  end

  -- The acked jobs that have to go to keep to the retention, as keys: how many for their age, and how many more there is room for. More
  -- than deleting them is not done here.
  local surplus, aged, room = {}, 0, math.huge
  if staying > 0 then
    local size = call('ZCARD', completed)
    if keptCount and keptCount > 0 then room = keptCount - size end
    local first = call('ZRANGE', completed, '0', '0', 'WITHSCORES')
    if keptSeconds and first[2] and tonumber(first[2]) <= now - keptSeconds * 1000 then
      aged = call('ZCOUNT', completed, '-inf', now - keptSeconds * 1000)
      if aged > keptMost then return nil end
    end
    local count = math.max(staying - room, aged)
    -- Lua unpacks some 8,000 values at most, and a job has six keys: a queue that kept far more before is BullMQ's to clear.
    if count > CONST.forgottenAtOnce then return nil end
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

  local ackedCount = (forgettable > 0 or areOthersKept) and call('ZCARD', completed)

  local areStalled, nextDueMs, haveSides = false, nil, false
  if call('EXISTS', unpack(strange)) > 0 then
    areStalled = call('SCARD', stalled) > 0
    if movesDue then
      local due = call('ZRANGE', delayed, 0, 0, 'WITHSCORES')
      nextDueMs = due[2] and math.floor(tonumber(due[2]) / CONST.dueUnitsPerMs)
      if nextDueMs and nextDueMs <= tonumber(now) then return nil end
    end
    if #acks > 0 and call('EXISTS', unpack(strange, familiesEnd - 2 * #acks + 1, familiesEnd)) > 0 then return nil end
    haveSides = #surplus > 0 and call('EXISTS', unpack(strange, familiesEnd + 1)) > 0
  end
