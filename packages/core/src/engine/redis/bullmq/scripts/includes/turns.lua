-- Groups: which jobs of a key have their turn.
--
-- Of a key only so many jobs are in the queue proper (waiting, prioritized, delayed, active). They have a turn: the hash of turns has their ids by
-- key, with spaces between. The others wait in the line of their key, a list with the first at its left, and in the set of all that are held,
-- by when they came. A key with a line is in the hash, if with no id; an idle key is nowhere. So nothing is counted, and nothing can be
-- miscounted.
--
-- Defines `groups`, a table of functions that other includes and scripts call; `own` is how many turns the job itself says its key has. Expects
-- `call`, `prefix` and `now`.

local groups
do
  local turns, held, settings = prefix .. CONST.turnsKey, prefix .. CONST.heldKey, prefix .. CONST.keySettingsKey
  local isGiven, mayGive = false, CONST.turnsGivenAtOnce

  -- The stored options of a job with a key; nil for another.
  local function groupOf(jobKey)
    local text = call('HGET', jobKey, 'opts')
    if not text or not string.find(text, '"key":', 1, true) then return nil end
    local isRead, options = pcall(cjson.decode, text)
    return isRead and type(options) == 'table' and type(options.key) == 'string' and options or nil
  end

  local function lineOf(key) return prefix .. CONST.linesKey .. key end

  -- How many turns the key has, none while it is paused, and its rate as text, '<max> <ms>'.
  local isSet
  local function limitsOf(key, own)
    -- Asked once for a call: most queues have nothing set.
    if isSet == nil then isSet = call('EXISTS', settings) == 1 end
    if not isSet then return tonumber(own) or 1 end
    local set = call('HMGET', settings, 'paused:' .. key, 'turns:' .. key, 'turns', 'rate:' .. key, 'rate')
    return set[1] and 0 or tonumber(set[2] or set[3] or own) or 1, set[4] or set[5]
  end

  local function countOf(ids)
    local _, count = string.gsub(ids, '%S+', '')
    return count
  end

  -- The ids but for one, and whether that was among them.
  local function without(ids, id)
    if ids == id then return '', true end
    local left, isThere = {}, false
    for each in string.gmatch(ids, '%S+') do
      if each == id then isThere = true else left[#left + 1] = each end
    end
    return table.concat(left, ' '), isThere
  end

  -- Whether a job of the key that comes now has its turn at once, the ids that have theirs, and the rate. Fails where something else lies in
  -- the place of what it would write to.
  local isSound = false
  local function mayEnter(key, own)
    if not isSound then isSound = call('ZCARD', held) end
    local ids = call('HGET', turns, key)
    local most, rate = limitsOf(key, own)
    if not ids and most > 0 then return true, '', rate end
    return call('LLEN', lineOf(key)) == 0 and countOf(ids or '') < most, ids or '', rate
  end

  local function enter(id, key, ids)
    call('HSET', turns, key, ids == '' and id or ids .. ' ' .. id)
  end

  local function hold(id, key, ids)
    call('RPUSH', lineOf(key), id)
    call('ZADD', held, call('INCR', prefix .. 'id'), id)
    if ids == '' then call('HSET', turns, key, '') end
  end

  -- Fails where a job that is given its turn could not be put into the queue: it would be in no list then. Asked once for a call.
  local areSound, isPaused = false, false
  local function requirePlaces(key, rate)
    if rate then call('GET', prefix .. CONST.ratesKey .. key) end
    if areSound then return end
    call('LLEN', prefix .. 'wait')
    call('XLEN', prefix .. 'events')
    for _, set in ipairs({ 'prioritized', 'delayed', 'marker', CONST.heldKey }) do call('ZCARD', prefix .. set) end
    local order = call('GET', prefix .. 'pc')
    if order and not string.find(order, '^%d+$') then
      error({ err = 'the key ' .. prefix .. 'pc holds no number where the queue counts: delete the key' })
    end
    isPaused = call('HEXISTS', prefix .. 'meta', 'paused') == 1
    areSound = true
  end

  -- Fails where something else lies in the place of anything that a key has: before a script writes what it cannot take back.
  local function requireParts(key)
    call('HGET', settings, 'paused')
    call('HGET', turns, key)
    call('LLEN', lineOf(key))
    requirePlaces(key, true)
  end

  -- Fails where a job of the key could not be added, with or without its turn.
  local function requireSound(key, own)
    local _, _, rate = mayEnter(key, own)
    call('LLEN', lineOf(key))
    requirePlaces(key, rate)
  end

  -- The next of a line, and its priority; nil at its end. What another client has removed meanwhile is passed over.
  local function takeFirst(line)
    for _ = 1, CONST.mostPassedOver do
      local id = call('LPOP', line)
      if not id then return nil end
      local fields = call('ZREM', held, id) == 1 and call('HMGET', prefix .. id, 'name', 'priority')
      if fields and fields[1] then return id, tonumber(fields[2] or 0) or 0 end
    end
  end

  -- Behind all that wait already: so the keys take turns.
  local function enqueue(id, priority)
    if priority > 0 then
      local order = call('INCR', prefix .. 'pc') % CONST.priorityUnits
      call('ZADD', prefix .. 'prioritized', priority * CONST.priorityUnits + order, id)
    else
      call('LPUSH', prefix .. 'wait', id)
    end
    call('XADD', prefix .. 'events', '*', 'event', 'waiting', 'jobId', id)
    isGiven = true
  end

  -- As BullMQ keeps a delayed job: its time in the upper bits of its score, and in the lower ones the order of those of one millisecond.
  local function enqueueAt(id, dueMs)
    local delayed = prefix .. 'delayed'
    local score, highest = dueMs * CONST.dueUnitsPerMs, (dueMs + 1) * CONST.dueUnitsPerMs - 1
    local newest = call('ZREVRANGEBYSCORE', delayed, highest, score, 'WITHSCORES', 'LIMIT', '0', '1')[2]
    if newest then score = math.min(tonumber(newest) + 1, highest) end
    call('HSET', prefix .. id, 'delay', dueMs - now)
    call('ZADD', delayed, score, id)
    call('XADD', prefix .. 'events', '*', 'event', 'delayed', 'jobId', id, 'delay', dueMs)
    call('ZADD', prefix .. 'marker', call('ZRANGE', delayed, '0', '0', 'WITHSCORES')[2] / CONST.dueUnitsPerMs, '1')
  end

  -- Puts a job into the queue that has its turn: now, or when the rate of its key lets it begin. The rate is a bucket of so many tokens, of which
  -- each turn takes one: kept is when it would be full again, for until then.
  local function begin(id, priority, key, rate)
    local most, spanMs = string.match(rate or '', '^(%d+) (%d+)$')
    if not most then return enqueue(id, priority) end
    local bucket, eachMs = prefix .. CONST.ratesKey .. key, spanMs / most
    local fullMs = math.max(tonumber(call('GET', bucket) or 0) or 0, now)
    local dueMs = math.ceil(fullMs - (most - 1) * eachMs)
    call('SET', bucket, string.format('%.3f', fullMs + eachMs), 'PX', math.ceil(fullMs + eachMs - now))
    if dueMs <= tonumber(now) then enqueue(id, priority) else enqueueAt(id, dueMs) end
  end

  -- Gives turns to the next of the line while there are any; what is too much for one call is given later (`mend-turns.lua`). `before` are
  -- the ids that have theirs, and `left` those of them that keep it.
  local function admit(key, before, left, own)
    local line, count = lineOf(key), countOf(left)
    local most, rate = limitsOf(key, own)
    if count < most and call('EXISTS', line) == 1 then requirePlaces(key, rate) end
    while count < most and mayGive > 0 do
      local id, priority = takeFirst(line)
      if not id then break end
      mayGive = mayGive - 1
      begin(id, priority, key, rate)
      left, count = left == '' and id or left .. ' ' .. id, count + 1
    end
    if left == '' and call('EXISTS', line) == 0 then call('HDEL', turns, key)
    elseif left ~= before then call('HSET', turns, key, left) end
  end

  -- How many turns a key has by what is first in its line.
  local function ownOf(key)
    local id = call('LINDEX', lineOf(key), 0)
    local group = id and groupOf(prefix .. id)
    return group and group.turns or 1
  end

  local function release(key, id, own)
    local ids = call('HGET', turns, key)
    admit(key, ids, (without(ids or '', id)), own)
  end

  -- After a job has been removed that waited.
  local function leave(id, group)
    if call('ZREM', held, id) == 1 then call('LREM', lineOf(group.key), 1, id) end
    release(group.key, id, group.turns or 1)
  end

  -- After a job has come back into the queue that may have lost its turn.
  local function rejoin(id, group)
    local key = group.key
    local isFree, ids = mayEnter(key, group.turns or 1)
    local _, hasTurn = without(ids, id)
    if hasTurn then return end
    if isFree then return enter(id, key, ids) end
    if call('LREM', prefix .. 'wait', 1, id) == 0 then call('ZREM', prefix .. 'prioritized', id) end
    hold(id, key, ids)
  end

  -- Wakes a worker for what was given a turn. Returns whether anything was.
  local function wake()
    if isGiven and not isPaused then call('ZADD', prefix .. 'marker', '0', '0') end
    return isGiven
  end

  groups = { turns = turns, held = held, settings = settings, of = groupOf, lineOf = lineOf, countOf = countOf, without = without,
    requireParts = requireParts, requireSound = requireSound, mayEnter = mayEnter,
    enter = enter, hold = hold, begin = begin, admit = admit, ownOf = ownOf,
    release = release, leave = leave, rejoin = rejoin, wake = wake, isSpent = function() return mayGive == 0 end }
end
