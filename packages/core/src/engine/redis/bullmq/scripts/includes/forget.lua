-- Of the acked jobs that Acktor's producers sent, forgets those that are more than the queue keeps or older; a hundred together, so that most
-- acks need not look. A section without a function of its own. Never fails. Expects `now`, `ours`, which is how many of them this call adds,
-- and `ackedCount`, how many acked jobs the queue has; nil to be counted.
--
-- No list says which jobs are ours: their options do, and they are read once, when the job is the oldest. What others sent stays, and is
-- passed: the queue's hash keeps the time up to which all that is left is theirs.

local queueCount, queueSeconds = tonumber(ARGV.keptCount), tonumber(ARGV.keptSeconds)
local size = ackedCount or redis.pcall('ZCARD', KEYS.completed)
-- Of many acked jobs, the age of the oldest is not asked with each ack.
local mayBeAged = queueSeconds and (size <= CONST.acksPerLook or size % CONST.acksPerLook < ours)
if mayBeAged or (queueCount and size > queueCount) then
--- include: ours

  pcall(function()
    local call, meta, completed = redis.call, KEYS.meta, KEYS.completed
    local from = call('HGET', meta, CONST.passedField)
    if from and string.find(from, '^%d+$') then size = call('ZCOUNT', completed, from, '+inf') else from = '-inf' end
    local areTooMany, left, till, count = queueCount and size > queueCount, 0, '+inf', CONST.forgottenTogether
    if areTooMany then
      left = queueCount - math.min(CONST.forgottenTogether, math.floor(queueCount / 10))
      count = math.min(size - left, CONST.forgottenAtOnce)
    elseif queueSeconds then
      till = now - queueSeconds * 1000
    else
      return
    end
    -- Without their scores, for the server writes each with printf.
    local oldest = call('ZRANGEBYSCORE', completed, from, till, 'LIMIT', '0', count)
    local ids, keys, sides, lastOfTheirs = {}, {}, {}, nil
    for i = 1, #oldest do
      local key, at = ARGV.prefix .. oldest[i], #sides
      local fields = redis.pcall('HMGET', key, 'opts', 'finishedOn')
      -- One that has not ended has only its id in common with the one that was acked.
      if fields.err or not fields[2] or not isOurs(fields[1]) then
        size, lastOfTheirs = size - 1, oldest[i]
      elseif areTooMany and (size <= left or (#ids == 0 and size <= queueCount)) then
        break
      else
        size, ids[#ids + 1], keys[#keys + 1] = size - 1, oldest[i], key
        sides[at + 1], sides[at + 2], sides[at + 3] = key .. ':logs', key .. ':dependencies', key .. ':processed'
        sides[at + 4], sides[at + 5] = key .. ':failed', key .. ':unsuccessful'
      end
    end
    if lastOfTheirs then
      local passedMs = call('ZSCORE', completed, lastOfTheirs)
      -- Of one millisecond, more are theirs than are looked at together.
      if passedMs == from and lastOfTheirs == oldest[count] then passedMs = string.format('%d', passedMs + 1) end
      if string.find(passedMs, '^%d+$') then call('HSET', meta, CONST.passedField, passedMs) end
    end
    if #ids == 0 then return end
    call('ZREM', completed, unpack(ids))
    call('DEL', unpack(keys))
    -- Asked first, for few jobs have any, and what is deleted is written to the append-only file, be it there or not.
    if call('EXISTS', unpack(sides)) > 0 then call('DEL', unpack(sides)) end
  end)
end
