-- Removes what has expired, was never begun and is to leave no dead letter, from where the queue would be fetched from next: a queue that is
-- sent to and that no worker fetches from would grow without end.
--
-- Defines `sweep(most)`, which looks at so many jobs at most of each place, from the first on, and leaves a place at the first that stays: a
-- job that has a parent, a key or stands for others is left to a worker. Expects `call`, `prefix`, `now`, `wait` and `events`.

local function sweep(most)
  local prioritized, delayed = prefix .. 'prioritized', prefix .. 'delayed'

  local function isOver(id)
    local fields = call('HMGET', prefix .. id, 'opts', 'timestamp', 'ats', 'parentKey', 'deid')
    if not fields[1] or fields[3] or fields[4] or fields[5] then return false end
    local isRead, options = pcall(cjson.decode, fields[1])
    if not isRead or type(options) ~= 'table' or options.xr ~= 1 or options.key then return false end
    local atMs = tonumber(options.xa)
    if options.xi then atMs = tonumber(fields[2]) and tonumber(options.xi) and fields[2] + options.xi end
    return atMs and atMs <= tonumber(now)
  end

  local function removeFirst(ids, from, remove)
    for _, id in ipairs(ids) do
      if not isOver(id) then return end
      remove(id)
      local key = prefix .. id
      call('DEL', key, key .. ':logs', key .. ':processed', key .. ':failed', key .. ':unsuccessful', key .. ':dependencies')
      call('XADD', events, '*', 'event', 'removed', 'jobId', id, 'prev', from)
    end
  end

  local oldest, ids = call('LRANGE', wait, -most, -1), {}
  for i = #oldest, 1, -1 do ids[#ids + 1] = oldest[i] end
  removeFirst(ids, 'wait', function(id) call('LREM', wait, -1, id) end)
  removeFirst(call('ZRANGE', prioritized, 0, most - 1), 'prioritized', function(id) call('ZREM', prioritized, id) end)
  removeFirst(call('ZRANGE', delayed, 0, most - 1), 'delayed', function(id) call('ZREM', delayed, id) end)
end
