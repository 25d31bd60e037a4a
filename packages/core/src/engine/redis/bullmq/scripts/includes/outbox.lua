-- The outboxes of a queue: a list for each target in another slot of a cluster, and a hash of the highest sequence number in each.
--
-- Defines `requireOutbox(target)`, which fails where another kind of value lies in their place, and `putIntoOutbox(send)`, which puts a job
-- there: its `target`, `jobId`, `name`, `optionsText` and `payload`. Expects `call`, `serverTime`, and `outboxes`, the key of the hash.

-- Sequence numbers grow with the server's clock, so that they do so also when a failover has lost the last ones.
local function putIntoOutbox(send)
  local last = tonumber(call('HGET', outboxes, send.target) or 0)
  local sequence = string.format('%.0f', math.max(last + 1, serverTime[1] * 1000000 + serverTime[2]))
  call('RPUSH', outboxes .. ':' .. send.target, sequence, send.jobId, send.name, send.optionsText, send.payload)
  call('HSET', outboxes, send.target, sequence)
  call('PERSIST', outboxes)
end

local function requireOutbox(target)
  for key, kind in pairs({ [outboxes] = 'hash', [outboxes .. ':' .. target] = 'list' }) do
    local found = redis.pcall('TYPE', key).ok or kind
    if found ~= kind and found ~= 'none' then error({ err = 'the key ' .. key .. ' holds a ' .. found .. ' in place of a ' .. kind }) end
  end
end
