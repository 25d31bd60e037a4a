-- The fast path of the channel's script: what an ordinary call comes to when BullMQ's scripts have nothing else to do.
--
-- Defines `hasBegun` and `fast()`, which carries out an ordinary call in some seven commands a job instead of thirty, or returns nil if the
-- call is none. What that leaves in the server, and what it answers, is what BullMQ's scripts would leave and answer: `test/differential`
-- holds it to that. It sets `hasBegun` with its first write: what fails before is not ordinary either, what fails later fails the call. It
-- returns the replies, how many entries fetch, when the next delayed job is due (ms), whether the queue has changed otherwise or has limits, so
-- that the status must ask again, how many jobs the word `ack` has acked, and how many acked jobs the queue has, where that was counted.
--
-- Expects `now`, `count`, `bullmq`, `placeOf`, `arity` and `firstEntry`, `entriesEnd`. It has no functions of its own: Lua makes every function
-- anew in each call, and what it refers to, too.

local hasBegun = false
local function fast()
  local call, KEYS, ARGV = redis.call, KEYS, ARGV
  local wait, active, prioritized, events, stalled, limiter, delayed, _, meta, pc, marker, completed = unpack(KEYS)
  local prefix, leaseMs, worker, separator = ARGV.prefix, ARGV.leaseMs, ARGV.worker, ARGV.separator
  local now = now
--- include: fast-plan

  -- The ids move: the acked ones leave the active list, the fetched ones come into it. `wasActive` and `leaving` say which acked jobs were
  -- there, and how many. From the first write on, what fails fails the whole call.

  -- Whether the oldest active jobs are just these, as they are when they were fetched together and none is slower.
  local areOldest = false
  if #acks >= 4 then
    local isActive, oldest = {}, call('LRANGE', active, -#acks, -1)
    for i = 1, #oldest do isActive[oldest[i]] = true end
    areOldest = #oldest == #acks
    for i = 1, #acks do areOldest = areOldest and isActive[ARGV[acks[i] + ENTRY.settled.jobId]] end
  end
  local wasActive, leaving = {}, 0
  if areOldest then
    call('LTRIM', active, 0, -#acks - 1)
    hasBegun = true
  end
  for i = 1, #acks do
    wasActive[i] = areOldest or call('LREM', active, '-1', ARGV[acks[i] + ENTRY.settled.jobId]) > 0
    hasBegun = true
    if wasActive[i] then leaving = leaving + 1 end
  end
  if #ids == 1 and waiting == 1 then
    call('RPOPLPUSH', wait, active)
  elseif #ids > 0 then
    -- In this order, so that a user without the right to one of them has the ids in two lists and not in none.
    call('LPUSH', active, unpack(ids))
    hasBegun = true
    if waiting > 0 then call('LTRIM', wait, 0, -waiting - 1) end
    if prioritizedCount > 0 then call('ZREMRANGEBYRANK', prioritized, '0', prioritizedCount - 1) end
  end
  if #leftParents > 0 then call('RPUSH', wait, unpack(leftParents)) end
  hasBegun = true

  -- The leases of the acked jobs end.
  if #acks > 0 then call('DEL', unpack(locks)) end
  if areStalled then
    for i = 1, #acks do call('SREM', stalled, ARGV[acks[i] + ENTRY.settled.jobId]) end
  end

  local replies, finished, done, left, kept, ours, fetched = {}, {}, 0, 0, 0, 0, 0
  local lastCount, lastCountText
  -- Redis trims so many nodes at a time at most; and the newest node never, if it is trimmed with the event that it adds.
  local isTrimmedBefore = eventCount - mostEvents > 100 or tonumber(mostEvents) < 1000
  -- Nearly all calls: jobs of contracts, without parents and deduplication. What others may have is not looked up for each.
  local areAlike = forgettable == #acks and parents == none and deduplications == none
  local usualCount = '^%d%d?%d?%d?%d?%d?%d?%d?%d?$'
  local at = firstEntry
  for step = 1, #acks + #others + fetches do
    local word = ARGV[at]
    if word == 'fetch' then
      if fetched < #ids then
        -- One fetch, of the next of `ids`, counted in `fetched`.
        fetched = fetched + 1
        local id = ids[fetched]
        local key, failure = prefix .. id, nil
        if limiterKey then
          -- BullMQ counts no job that a parent's end has poisoned.
          local isPoisoned = redis.pcall('HEXISTS', key, 'defa')
          failure = type(isPoisoned) == 'table' and isPoisoned
          if isPoisoned == 0 then
            used = used + 1
            call('INCR', limiterKey)
            if used == 1 then call('PEXPIRE', limiterKey, math.floor(math.abs(durationMs))) end
          end
        end
        local fields
        if not failure then
          call('SET', key .. ':lock', ARGV[at + ENTRY.fetch.leaseToken], 'PX', leaseMs)
          call('XADD', events, '*', 'event', 'active', 'jobId', id, 'prev', 'waiting')
          fields = redis.pcall('HGETALL', key)
          failure = fields.err and fields
        end
        if failure then
          replies[step] = { failure.err }
        else
          if INLINE.isNew(fields) then
            call('HSET', key, 'processedOn', now, 'pb', worker, 'ats', '1')
            replies[step] = INLINE.newText(fields, separator, id)
          else
            placeOf = placeOf or INLINE.places()
            --- include: read-fields
            -- Nearly all that is fetched again has counts of a few digits and no parent; the rest is looked at more closely.
            local isUsual = not hasFamily
            for _, field in ipairs({ 'ats', 'atm', 'stc' }) do
              local count = told[placeOf[field]]
              isUsual = isUsual and (count == '\0' or string.find(count, usualCount))
            end
            local count = #fields / 2
            if not isUsual then
              for field, value in pairs(bullmq().mend(key) or {}) do
                told[placeOf[field]], isPlain = value, false
              end
            end
            local starts = '1'
            if told[placeOf.ats] ~= '\0' then starts = string.format('%d', told[placeOf.ats] + 1) end
            count = count + call('HSET', key, 'processedOn', now, 'pb', worker, 'ats', starts)
            told[placeOf.ats], told[placeOf.id] = starts, id
            if count ~= lastCount then lastCount, lastCountText = count, tostring(count) end
            told[placeOf.count] = isPlain and lastCountText or '-1'
            replies[step] = table.concat(told, separator)
          end
          if not isMarked and type(replies[step]) == 'string' then
            isMarked = true
            call('ZADD', marker, '0', '0')
          end
        end
      elseif #others > 0 then
        replies[step] = bullmq().tryFetch(ARGV[at + ENTRY.fetch.leaseToken])
      else
        if not isEmpty then call('DEL', pc) end
        isEmpty, replies[step] = true, false
      end
    elseif word == 'ack' or word == 'keep' then
      -- One ack. `done` counts the acks so far, `left` those of jobs that were active, and `kept` those of jobs that stay, which are noted
      -- in `finished` for the set of acked jobs.
      done = done + 1
      local id, result = ARGV[at + ENTRY.settled.jobId], ARGV[at + ENTRY.ack.result]
      if not wasActive[done] then
        local job = { id = id, key = keys[done], token = ARGV[at + ENTRY.settled.leaseToken], life = ARGV[at + ENTRY.settled.generation] }
        replies[step] = bullmq().alreadySettled(job) and 1 or -3
      else
        left = left + 1
        if word == 'ack' then ours = ours + 1 end
        local key = keys[done]
        -- Each ack of BullMQ trims the events first. The last trim leaves what all of them would, unless a stream is so much too long
        -- that Redis trims a part of it at a time, or other settlements add to it in between.
        local trimsLeft = #others > 0 and 1 or left == leaving and leaving or 0
        if isTrimmedBefore then
          while trimsLeft > 0 and call('XTRIM', events, 'MAXLEN', '~', mostEvents) > 0 do trimsLeft = trimsLeft - 1 end
          trimsLeft = 0
        end
        if not areAlike then
          if deduplications[done] then call('DEL', deduplications[done]) end
          local parent = parents[done]
          if parent then
            call('SREM', parent.key .. ':dependencies', key)
            call('HSET', parent.key .. ':processed', key, result)
            if parent.isReleased then
              call('ZREM', parent.queue .. 'waiting-children', parent.id)
              if parent.queue ~= prefix then call('RPUSH', parent.queue .. 'wait', parent.id) end
              call('ZADD', parent.queue .. 'marker', '0', '0')
              call('XADD', parent.queue .. 'events', '*', 'event', 'waiting', 'jobId', parent.id, 'prev', 'waiting-children')
            end
          end
        end
        if not areAlike and removes[done] then
          call('DEL', key, key .. ':logs', key .. ':processed', key .. ':failed')
        else
          kept = kept + 1
          finished[2 * kept - 1], finished[2 * kept] = now, id
          call('HSET', key, 'atm', ARGV[at + ENTRY.ack.attemptsMade], 'returnvalue', result, 'finishedOn', now)
        end
        if trimsLeft > 0 then
          -- As a trim before it would: one more may stay, for this one is counted.
          call('XADD', events, 'MAXLEN', '~', oneMoreEvent,
            '*', 'event', 'completed', 'jobId', id, 'returnvalue', result, 'prev', 'active')
        else
          call('XADD', events, '*', 'event', 'completed', 'jobId', id, 'returnvalue', result, 'prev', 'active')
        end
        -- While ids are left, or jobs that BullMQ would still have active, the queue is not drained.
        if left == leaving and fetched == #ids and call('LLEN', wait) == 0 and call('LLEN', active) == 0
          and call('ZCARD', prioritized) == 0 then call('XADD', events, '*', 'event', 'drained') end
        replies[step] = 0
      end
    elseif retries[at] then
      -- One retry, of a job without a priority: at once, at the tail of the queue or its head, or after a delay.
      local id, key, delayMs = ARGV[at + ENTRY.settled.jobId], retries[at], ARGV[at + ENTRY.retry.delayMs]
      call('DEL', key .. ':lock')
      if areStalled then call('SREM', stalled, id) end
      call('LREM', active, '-1', id)
      local fields = { 'failedReason', ARGV[at + ENTRY.retry.reason], 'stacktrace', ARGV[at + ENTRY.retry.stacks] }
      if delayMs == '0' then
        call('HSET', key, unpack(fields))
        call(ARGV[at + ENTRY.retry.push], wait, id)
        call('ZADD', marker, '0', '0')
        call('XADD', events, 'MAXLEN', '~', mostEvents, '*', 'event', 'waiting', 'jobId', id, 'prev', 'active')
      else
        fields[5], fields[6] = 'delay', delayMs
        call('HSET', key, unpack(fields))
        -- BullMQ keeps a delayed job's time in the upper bits of its score, and in the lower ones the order of those of one millisecond.
        local dueMs = tonumber(now) + tonumber(delayMs)
        local score, highest = dueMs * CONST.dueUnitsPerMs, (dueMs + 1) * CONST.dueUnitsPerMs - 1
        local newest = call('ZREVRANGEBYSCORE', delayed, highest, score, 'WITHSCORES', 'LIMIT', '0', '1')[2]
        if newest then score = math.min(tonumber(newest) + 1, highest) end
        call('ZADD', delayed, score, id)
        call('XADD', events, 'MAXLEN', '~', mostEvents, '*', 'event', 'delayed', 'jobId', id, 'delay', dueMs)
        call('ZADD', marker, call('ZRANGE', delayed, '0', '0', 'WITHSCORES')[2] / CONST.dueUnitsPerMs, '1')
      end
      call('HINCRBY', key, 'atm', '1')
      -- A handler that has thrown has not ended its process.
      call('HDEL', key, 'suspicions')
      if ARGV[at + ENTRY.retry.attempt] ~= '' then
--- include: history
        rememberEnd(key, ARGV[at + ENTRY.retry.attempt])
      end
      replies[step] = 0
    else
      replies[step] = bullmq().trySettle(word, at)
    end
    at = INLINE.after(at, word)
  end

  -- Remembers the acked jobs, and forgets as many of the oldest as are too many.
  if kept > 0 then
    local added = call('ZADD', completed, unpack(finished))
    local over = math.min(math.max(added - room, aged), #surplus)
    ackedCount = ackedCount and ackedCount + added
    if over > 0 then
      call('DEL', unpack(surplus, 1, over))
      if haveSides then call('DEL', unpack(strange, familiesEnd + 1, familiesEnd + 5 * over)) end
      call('ZREMRANGEBYRANK', completed, '0', over - 1)
    end
  end
  if count and left > 0 then count('completed', left) end
  return replies, fetches, nextDueMs, isLimited or #others > 0, ours, ackedCount
end
