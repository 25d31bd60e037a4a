-- Defines `isJob()`, and `foundRow()`, which returns the row of the job that the arguments `prefix` and `id` name.
--
-- A job that is in none of the other places is waiting: the list of waiting jobs is not searched, because its length has no bound.

local prefix, id = ARGV.prefix, ARGV.id
local active, delayed, completed, failed = KEYS.active, KEYS.delayed, KEYS.completed, KEYS.failed
local call = redis.call
--- include: row
--- include: job-key

local function isJob() return isJobKey(prefix .. id) end

local function foundRow()
  if not isJob() then return { id, 'waiting', false, {} } end
  local due = call('ZSCORE', delayed, id)
  if due then return rowOf(id, 'delayed', due) end
  if call('ZSCORE', prefix .. 'waiting-children', id) then return rowOf(id, 'waitingForChildren') end
  if call('ZSCORE', completed, id) then return rowOf(id, 'acked') end
  if call('ZSCORE', failed, id) then return rowOf(id, 'deadLettered') end
  if call('EXISTS', prefix .. id .. ':lock') == 1 or call('LPOS', active, id) then return rowOf(id, 'active') end
  return rowOf(id, 'waiting')
end
