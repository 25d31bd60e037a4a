-- Defines `countEnds(target, ended)`: as many jobs more have ended as `completed`, or as `failed`, now; as BullMQ counts them where its workers
-- have `metrics` (6.7: `collectMetrics`), for `queue.getMetrics()`. The counts of past minutes are a list, the newest first.
--
-- Counts nothing where what is kept there is of another type, or no number: a count must not fail a job.
--
-- Expects `now` and `bounds.countedMinutes`, from 1.

local function countEnds(target, ended)
  local call = redis.call
  local counts = ARGV.prefix .. 'metrics:' .. target
  local minutes = counts .. ':data'
  local kind, kindOfMinutes = call('TYPE', counts).ok, call('TYPE', minutes).ok
  if kind ~= 'hash' and kind ~= 'none' then return end
  if kindOfMinutes ~= 'list' and kindOfMinutes ~= 'none' then return end
  local fields = call('HMGET', counts, 'count', 'prevTS', 'prevCount')
  local before, sinceMs, counted = fields[1] or '0', fields[2], fields[3] or '0'
  for _, number in ipairs({ before, counted, sinceMs or '0' }) do
    if not string.find(number, '^%d+$') or #number > 15 then return end
  end
  call('HINCRBY', counts, 'count', ended)
  if not sinceMs then
    call('HSET', counts, 'prevTS', now, 'prevCount', '0')
    return
  end
  local past = math.floor(now / 60000) - math.floor(sinceMs / 60000)
  local points = math.min(past, bounds.countedMinutes)
  if points < 1 then return end
  call('LPUSH', minutes, before - counted)
  for _ = 2, points do call('LPUSH', minutes, '0') end
  call('LTRIM', minutes, '0', bounds.countedMinutes - 1)
  call('HSET', counts, 'prevCount', before, 'prevTS', now)
end
