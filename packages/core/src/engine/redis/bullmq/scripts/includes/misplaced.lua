-- Moves a job out of the place of a part of its queue: plain BullMQ accepts a job with the id `completed`, and its record lies then where the
-- acked jobs are listed.
--
-- Defines `isMisplaced(part)`, and `moveMisplaced(part)`: the job gets the id `completed-misplaced`, and is poisoned with the reason, so that the
-- next worker that fetches it dead-letters it. Returns whether it has moved such a job; all else is left as it is, and so is the job where the
-- user may not do all that moving takes: a producer, and a worker without `+rename +lset`. Expects `prefix`.
--
-- Rights: goes on without, for it asks for all of them first

local function isMisplaced(part)
  if redis.pcall('TYPE', prefix .. part).ok ~= 'hash' then return false end
  local record = redis.pcall('HMGET', prefix .. part, 'name', 'timestamp')
  return not record.err and record[1] and record[2] and true or false
end

local function freeId(part)
  local id, count = part .. '-misplaced', 1
  while redis.call('EXISTS', prefix .. id) == 1 do
    count = count + 1
    id = part .. '-misplaced-' .. count
  end
  return id
end

-- The attributes of the queue are a hash, too: the job's fields are among them.
local function takeOutOfMeta(id)
  local fields = redis.call('HGETALL', prefix .. 'meta')
  local kept = { version = true, paused = true, concurrency = true, max = true, duration = true, library = true }
  for i = 1, #fields, 2 do
    if not kept[fields[i]] and string.sub(fields[i], 1, 5) ~= 'opts.' then
      redis.call('HSET', prefix .. id, fields[i], fields[i + 1])
      redis.call('HDEL', prefix .. 'meta', fields[i])
    end
  end
end

-- Whether the user may do what moving takes: a part of it would leave the job in two places. Before Redis 7.0 it is asked of a key that is not
-- there.
local function mayMove()
  local nowhere = prefix .. 'acktor:nowhere'
  if redis.acl_check_cmd then
    for _, command in ipairs({ 'TYPE', 'HMGET', 'HGETALL', 'HEXISTS', 'HSET', 'HDEL', 'EXISTS', 'RENAME', 'DEL', 'LPOS', 'LSET', 'LREM',
      'RPUSH', 'ZSCORE', 'ZREM', 'ZADD', 'SREM' }) do
      if not redis.acl_check_cmd(command, nowhere, nowhere, nowhere, nowhere, nowhere) then return false end
    end
    return true
  end
  for _, command in ipairs({ { 'RENAME', nowhere, nowhere }, { 'LSET', nowhere, '0', '' }, { 'HDEL', nowhere, '' } }) do
    local answer = redis.pcall(unpack(command))
    if type(answer) == 'table' and answer.err and not string.find(answer.err, 'no such key', 1, true) then return false end
  end
  return true
end

local moveMisplaced
function moveMisplaced(part)
  if not isMisplaced(part) or not mayMove() then return false end
  -- A job that is in no list is put among those that wait, so nothing else may lie there.
  local waiting = part == 'wait' and 'none' or redis.pcall('TYPE', prefix .. 'wait').ok
  if waiting ~= 'list' and waiting ~= 'none' and not moveMisplaced('wait') then return false end
  local id = freeId(part)
  if part == 'meta' then takeOutOfMeta(id) else redis.call('RENAME', prefix .. part, prefix .. id) end
  if redis.call('HEXISTS', prefix .. id, 'defa') == 0 then
    redis.call('HSET', prefix .. id, 'defa', 'the id of the job was ' .. part
      .. ', the name of a part of its queue, where its record was in the way of all others: send it under another id')
  end
  if redis.pcall('EXISTS', prefix .. part .. ':logs') == 1 then
    redis.call('RENAME', prefix .. part .. ':logs', prefix .. id .. ':logs')
  end
  redis.call('DEL', prefix .. part .. ':lock')
  local isListed = false
  for _, list in ipairs({ 'wait', 'paused' }) do
    local place = redis.pcall('LPOS', prefix .. list, part)
    if type(place) == 'number' then redis.call('LSET', prefix .. list, place, id) end
    isListed = isListed or type(place) == 'number'
  end
  for _, set in ipairs({ 'prioritized', 'delayed', 'waiting-children', 'completed', 'failed' }) do
    local score = redis.pcall('ZSCORE', prefix .. set, part)
    if type(score) == 'string' then
      redis.call('ZREM', prefix .. set, part)
      redis.call('ZADD', prefix .. set, score, id)
      isListed = true
    end
  end
  -- A worker that holds it cannot settle it any more.
  redis.pcall('LREM', prefix .. 'active', 1, part)
  redis.pcall('SREM', prefix .. 'stalled', part)
  if not isListed then
    redis.pcall('RPUSH', prefix .. 'wait', id)
    redis.pcall('ZADD', prefix .. 'marker', 0, '0')
  end
  return true
end
