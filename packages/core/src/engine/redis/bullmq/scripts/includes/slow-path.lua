-- The slow path of the channel's script: each entry by BullMQ's own scripts.
--
-- Defines `bullmq()`, which returns a table of `mend(key)`, `tryFetch(token)` and `trySettle(word, at)`, one entry that fails alone,
-- `runEach(refused)`, the whole call entry by entry, and `alreadySettled(job)`. It sets them up when it is first called, because Lua makes
-- every function anew in each call, and a fast call seldom needs these.
--
-- Expects `now`, `count`, `firstEntry`, `entriesEnd`, `arity`, `placeOf`, `isEmpty` and `limitedMs`.

local setUp
local function bullmq()
  if setUp then return setUp end
  local call = redis.call
  local wait, active, prioritized, events, stalled, limiter, delayed, paused, meta, pc, marker, completed, failed =
    unpack(KEYS)
  local prefix, leaseMs, worker = ARGV.prefix, ARGV.leaseMs, ARGV.worker
  placeOf = placeOf or INLINE.places()
  arity = arity or INLINE.arity()
  -- As BullMQ's options have it: age in seconds, -1 for any number.
  local keepsOthers = ARGV.keepsOthers == '1'
  local retention = {
    completed = keepsOthers and { count = -1 } or { age = tonumber(ARGV.keptSeconds), count = tonumber(ARGV.keptCount) or -1 },
    failed = { age = bounds and bounds.deadSeconds, count = bounds and bounds.deadCount or -1 },
  }
  local rateLimit = bounds and bounds.limitMax and { max = bounds.limitMax, duration = bounds.limitMs } or nil

--- bullmq: moveToActive moveToFinished moveToDelayed retryJob moveJobFromActiveToWait

--- include: history
--- include: kinds
--- include: family
--- include: records
--- include: text
  -- What each entry touches; an ack or a dead letter of a job with a parent or a deduplication may add another job besides.
  local kindsOfEnd = INLINE.kinds('wait', 'active', 'prioritized', 'events', 'stalled', 'meta')
  local kindsOfMove = INLINE.kinds('wait', 'active', 'prioritized', 'events', 'stalled', 'meta', 'delayed', 'pc', 'marker')
  local kindsOfFetch = INLINE.kinds('wait', 'active', 'events', 'limiter', 'delayed', 'meta', 'marker')
  local kindsOfPriority = INLINE.kinds('prioritized', 'pc')
  local kindsOfTarget = { ack = INLINE.kinds('completed'), keep = INLINE.kinds('completed'), deadLetter = INLINE.kinds('failed') }
  -- Once for a call: nothing else runs in between.
  local areChecked = {}
  local function check(kinds)
    if areChecked[kinds] then return end
    requireKinds(kinds)
    areChecked[kinds] = true
  end

  local function requireSound(word, job)
    local target = kindsOfTarget[word]
    check(target and kindsOfEnd or kindsOfMove)
    if target then check(target) end
    local record = call('HMGET', job.key, 'atm', 'parentKey', 'parent', 'deid')
    if record[1] and not isCount(record[1]) then error({ err = 'the attempts of job ' .. job.id .. ' are no number' }) end
    if record[2] or record[3] or record[4] then check(kindsOfMove) end
    if record[3] then
      if not isParent(record[3]) then error({ err = 'the parent of job ' .. job.id .. ' is no JSON with an id and a queueKey' }) end
      local parent = cjson.decode(record[3])
      requireParent(parent.queueKey .. ':' .. parent.id)
    end
    if record[2] or record[4] then requireFamily(job.key) end
  end

  local fetchKeys = { wait, active, prioritized, events, stalled, limiter, delayed, paused, meta, pc, marker }
  local function replyOf(isDone, reply)
    if isDone then return reply end
    return { type(reply) == 'table' and reply.err or tostring(reply) }
  end

  -- Of a job whose count of deliveries is none, BullMQ's script fails when it has leased it.
  local function moveNext(token)
    local options = { token = token, lockDuration = leaseMs, name = worker, limiter = rateLimit }
    local isMoved, job = pcall(moveToActive, fetchKeys, { prefix, now, options })
    if isMoved then return true, job end
    local newest = redis.pcall('LINDEX', active, '0')
    local id = type(newest) == 'string' and newest
    local key = prefix .. tostring(id)
    local isOurs = id and redis.pcall('GET', key .. ':lock') == token and redis.pcall('TYPE', key).ok == 'hash'
    local mended = isOurs and mend(key)
    if not mended then return false, job end
    call('HINCRBY', key, 'ats', '1')
    call('ZADD', marker, '0', '0')
    return true, { call('HGETALL', key), id, mended = mended }
  end

  -- Makes a dead letter of a job whose id is no text, under an id that is one, so that it can be listed, redriven and purged.
  local buryFetched
  local function fetch(token)
    check(kindsOfFetch)
    -- Looked at when nothing waits, and for what is due.
    local due = call('ZRANGE', delayed, '0', '0', 'WITHSCORES')[2]
    if call('LLEN', wait) == 0 or (due and tonumber(due) < (tonumber(now) + 1) * CONST.dueUnitsPerMs) then check(kindsOfPriority) end
    local isMoved, job = moveNext(token)
    if not isMoved then return replyOf(false, job) end
    if type(job[1]) == 'table' and not isText(job[2]) then return buryFetched(job[2], token) end
    local fields = job[1]
    if type(fields) == 'table' then
      --- include: read-fields
      for field, value in pairs(job.mended or mend(prefix .. job[2]) or {}) do
        isPlain = false
        -- What was mended before it was read has been started since.
        if not job.mended then told[placeOf[field]] = value end
      end
      told[placeOf.count], told[placeOf.id] = isPlain and #fields / 2 or -1, job[2]
      return table.concat(told, ARGV.separator)
    end
    isEmpty = true
    limitedMs = math.max(limitedMs, tonumber(job[3]))
    return false
  end

  local BURIED = {}
  local function tryFetch(token)
    for _ = 1, CONST.mostBuried do
      local reply = replyOf(pcall(fetch, token))
      if reply ~= BURIED then return reply end
    end
    return { 'the ids of the next jobs are no text: they become dead letters' }
  end

  local function isActive(id)
    return call('LPOS', active, id)
  end

--- include: reclaim


  -- A call whose reply was lost is sent again, and finds that the delivery is settled: by itself, if no other has had the job
  -- since (the fence and the count of lost leases stand) and the job has left the active list.
  local function alreadySettled(job)
    return isSameLife(job) and not isActive(job.id)
  end

  -- How many jobs that have ended the call may still forget. BullMQ's script forgets all that are too many at once, and a bound that is new
  -- to a queue may be far below what it has kept.
  local mayForget = CONST.forgottenAtOnce
  local function bounded(keep, size)
    local age, limit, count = keep.age, tonumber(keep.limit) or 1000, tonumber(keep.count)
    if mayForget == 0 then age = nil end
    if count and count > 0 then count = math.max(count, size + 1 - mayForget) else count = keep.count end
    return { age = age, limit = math.min(limit, mayForget), count = count }
  end

  -- BullMQ's retention reads the record of each job that it forgets, and would stop halfway at what is none: nothing is left of that job.
  local function leaveOutOdd(set, keep)
    local function leaveOut(ids)
      for _, id in ipairs(ids) do
        local kind = call('TYPE', prefix .. id).ok
        if kind ~= 'hash' and kind ~= 'none' then call('ZREM', set, id) end
      end
    end
    if keep.age then leaveOut(call('ZREVRANGEBYSCORE', set, now - keep.age * 1000, '-inf', 'LIMIT', 0, CONST.forgottenAtOnce)) end
    if keep.count and keep.count > 0 then leaveOut(call('ZREVRANGE', set, keep.count - 1, keep.count + CONST.forgottenAtOnce)) end
  end

  local function finish(job, ending)
    local keys = { wait, active, prioritized, events, stalled, limiter, delayed, paused, meta, pc, ending.set, job.key,
      ending.metrics, marker }
    local size = call('ZCARD', ending.set)
    local keep = bounded(ending.keep or retention[ending.target], size)
    leaveOutOdd(ending.set, keep)
    local options = { token = job.token, keepJobs = keep, lockDuration = leaseMs,
      attempts = ending.isExhausted and 0 or math.huge, maxMetricsSize = '' }
    local code = moveToFinished(keys, { job.id, now, ending.property, ending.value, ending.target, '0', prefix, options,
      ending.fields })
    if code == 0 then mayForget = math.max(0, mayForget - math.max(0, size + 1 - call('ZCARD', ending.set))) end
    return code
  end

  local function finishAcked(job, result, keep)
    return finish(job, { target = 'completed', set = completed, metrics = prefix .. 'metrics:completed', property = 'returnvalue',
      value = result, keep = keep })
  end

  function buryFetched(id, token)
    local key, textKey = prefix .. id, prefix .. 'bytes-' .. redis.sha1hex(id)
    check(kindsOfEnd)
    check(kindsOfTarget.deadLetter)
    local shown = string.gsub(id, '[%c\128-\255]', function(byte) return string.format('\\x%02x', string.byte(byte)) end)
    local reason = 'the id of the job is no UTF-8 text: ' .. string.sub(shown, 1, 200)
    local code = finish({ id = id, key = key, token = token }, { target = 'failed', set = failed, metrics = prefix .. 'metrics:failed',
      property = 'failedReason', value = reason, fields = { 'failedReason', reason, 'stacktrace', '[]' } })
    if code < 0 then error({ err = reason }) end
    if count then count('failed', 1) end
    -- A parent knows its children by their keys.
    local isKnown = call('HEXISTS', key, 'parentKey') == 1 or call('EXISTS', key .. ':dependencies', textKey) > 0
    if isKnown or call('EXISTS', key) == 0 then return BURIED end
    call('HSET', textKey, unpack(call('HGETALL', key)))
    call('ZADD', failed, now, 'bytes-' .. redis.sha1hex(id))
    call('ZREM', failed, id)
    call('DEL', key, key .. ':logs', key .. ':processed', key .. ':failed', key .. ':unsuccessful')
    return BURIED
  end

  local operations, ours = {}, 0

  function operations.ack(job)
    local code = finishAcked(job, ARGV[job.at + ENTRY.ack.result])
    if code == 0 then ours = ours + 1 end
    return code
  end

  function operations.keep(job)
    return finishAcked(job, ARGV[job.at + ENTRY.keep.result], cjson.decode(ARGV[job.at + ENTRY.keep.retention]).completed)
  end

  function operations.deadLetter(job)
    local own = ARGV[job.at + ENTRY.deadLetter.retention]
    local reason, trace = ARGV[job.at + ENTRY.deadLetter.reason], ARGV[job.at + ENTRY.deadLetter.stacks]
    local fields = { 'failedReason', reason, 'stacktrace', trace }
    -- A job whose hash was removed while it waited has only what its fetch wrote. Without a name no list would show it.
    if call('HEXISTS', job.key, 'name') == 0 then fields[5], fields[6] = 'name', CONST.removedJob end
    return finish(job, { target = 'failed', set = failed, metrics = prefix .. 'metrics:failed', property = 'failedReason', value = reason,
      fields = fields, keep = own ~= '' and cjson.decode(own).failed or nil,
      isExhausted = ARGV[job.at + ENTRY.deadLetter.isExhausted] == '1' })
  end

  function operations.retry(job)
    local reason, trace, delayMs =
      ARGV[job.at + ENTRY.retry.reason], ARGV[job.at + ENTRY.retry.stacks], ARGV[job.at + ENTRY.retry.delayMs]
    local fields = { 'failedReason', reason, 'stacktrace', trace }
    if delayMs == '0' then
      return retryJob({ active, wait, paused, job.key, meta, events, delayed, prioritized, pc, marker, stalled },
        { prefix, now, ARGV[job.at + ENTRY.retry.push], job.id, job.token, fields })
    end
    return moveToDelayed({ marker, active, prioritized, delayed, job.key, events, meta, stalled, wait, limiter, pc },
      { prefix, now, job.id, job.token, delayMs, '0', fields, '0' })
  end

  -- A delay that counts no attempt.
  function operations.postpone(job)
    return moveToDelayed({ marker, active, prioritized, delayed, job.key, events, meta, stalled, wait, limiter, pc },
      { prefix, now, job.id, job.token, ARGV[job.at + ENTRY.postpone.delayMs], '1', {}, '0' })
  end

  function operations.requeue(job)
    local code = moveJobFromActiveToWait({ active, wait, stalled, paused, meta, limiter, prioritized, marker, events },
      { job.id, job.token, job.key })
    -- BullMQ 6.7 sets no marker for a prioritized job that comes back, so no worker would wake for it.
    if code >= 0 then call('ZADD', marker, 0, '0') end
    return math.min(code, 0)
  end

  -- To where BullMQ's parents wait. One that has nothing to wait for goes on at once: so does one whose child has died that it dies with,
  -- for BullMQ has poisoned it.
  function operations.waitForChildren(job)
    local waitingChildren = prefix .. 'waiting-children'
    local isLeft = call('SCARD', job.key .. ':dependencies') > 0 and call('ZCARD', job.key .. ':unsuccessful') == 0
    call('ZCARD', waitingChildren)
    if not isLeft then return operations.requeue(job) end
    if call('EXISTS', job.key) == 0 then return -1 end
    local lock = call('GET', job.key .. ':lock')
    if lock ~= job.token then return lock and -6 or -2 end
    if not isActive(job.id) then return -3 end
    call('DEL', job.key .. ':lock')
    call('SREM', stalled, job.id)
    call('LREM', active, '-1', job.id)
    call('ZADD', waitingChildren, now, job.id)
    call('XADD', events, '*', 'event', 'waiting-children', 'jobId', job.id, 'prev', 'active')
    return 0
  end

  -- Where an entry that ended without an ack has the attempt to remember.
  local attemptAt = { deadLetter = ENTRY.deadLetter.attempt, retry = ENTRY.retry.attempt, requeue = ENTRY.requeue.attempt,
    postpone = ENTRY.postpone.attempt, waitForChildren = ENTRY.waitForChildren.attempt }

  local function settle(word, at)
    local id = ARGV[at + ENTRY.settled.jobId]
    local token, life = ARGV[at + ENTRY.settled.leaseToken], ARGV[at + ENTRY.settled.generation]
    local job = { id = id, key = prefix .. id, token = token, life = life, at = at }
    requireSound(word, job)
    local code = operations[word](job)
    if code == -2 and reclaim(job) then code = operations[word](job) end
    if code < 0 and alreadySettled(job) then return 1 end
    if count and code == 0 and kindsOfTarget[word] then count(word == 'deadLetter' and 'failed' or 'completed', 1) end
    -- A handler that has thrown has not ended its process.
    if code == 0 and word == 'retry' then call('HDEL', job.key, 'suspicions') end
    local attempt = attemptAt[word] and ARGV[job.at + attemptAt[word]] or ''
    if code == 0 and attempt ~= '' and call('EXISTS', job.key) == 1 then rememberEnd(job.key, attempt) end
    return code
  end

  local function trySettle(word, at)
    return replyOf(pcall(settle, word, at))
  end

  local function runEach(refused)
    local replies, at = {}, firstEntry
    while at <= entriesEnd do
      local word, refusal = ARGV[at], refused[#replies + 1]
      if refusal then replies[#replies + 1] = refusal
      elseif word == 'fetch' then replies[#replies + 1] = tryFetch(ARGV[at + ENTRY.fetch.leaseToken])
      else replies[#replies + 1] = trySettle(word, at) end
      at = at + 1 + arity[word]
    end
    return replies, ours
  end

  setUp = { mend = mend, tryFetch = tryFetch, trySettle = trySettle, runEach = runEach, alreadySettled = alreadySettled }
  return setUp
end
