-- Removes jobs of a key that wait, for a turn or in the queue.
--
-- Roles: operator
-- Keys: channel
-- Arguments:
--   prefix
--   key
--   most: how many of its line
--   isLast: '1' to remove those that have their turn, too, though some are left in the line
-- Reply: `[how many were removed, how many are left in the line]`.
-- Cost: some fifteen commands a job; one that waits in the queue is searched for in its list.

--- bullmq: removeJob
local call, prefix = redis.call, ARGV.prefix
--- include: server-time
--- include: turns
--- include: remove-job
local line, removed = groups.lineOf(ARGV.key), 0
groups.requireParts(ARGV.key)
-- Returns whether the job is removed. What cannot be removed fails the call where nothing else has been removed by it.
local function remove(id)
  local isDone, code = pcall(removeWhole, id)
  if not isDone and removed == 0 then error(code) end
  if isDone and code == 1 then removed = removed + 1 end
  return isDone and code == 1, isDone
end
for _ = 1, tonumber(ARGV.most) do
  local id = call('LINDEX', line, '0')
  if not id then break end
  -- Its place in the line goes last: where its record cannot be removed, the job is still in a list.
  if call('ZSCORE', groups.held, id) then
    local _, isDone = remove(id)
    if not isDone then return { removed, call('LLEN', line) } end
  end
  call('LPOP', line)
  call('ZREM', groups.held, id)
end
local before = call('HGET', groups.turns, ARGV.key)
if before and (ARGV.isLast == '1' or call('LLEN', line) == 0) then
  local left = before
  for id in string.gmatch(before, '%S+') do
    local isLeased = call('EXISTS', prefix .. id .. ':lock') == 1 or call('LPOS', KEYS.active, id)
    local waits = not isLeased and call('HEXISTS', prefix .. id, 'finishedOn') == 0
    if waits and remove(id) then left = groups.without(left, id) end
  end
  groups.admit(ARGV.key, before, left, groups.ownOf(ARGV.key))
  groups.wake()
end
return { removed, call('LLEN', line) }
