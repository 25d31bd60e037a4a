-- Defines `findPlace(id)`, where a job is, as a JobPlace, and the score of a delayed one. Expects `prefix`, `active`, `delayed`, `completed`
-- and `failed`.
--
-- A job that is in none of the other places is waiting: the list of waiting jobs is not searched, because its length has no bound.

local function findPlace(id)
  local due = redis.call('ZSCORE', delayed, id)
  if due then return 'delayed', due end
  if redis.call('ZSCORE', prefix .. 'waiting-children', id) then return 'waitingForChildren' end
  if redis.call('ZSCORE', completed, id) then return 'acked' end
  if redis.call('ZSCORE', failed, id) then return 'deadLettered' end
  if redis.call('EXISTS', prefix .. id .. ':lock') == 1 or redis.call('LPOS', active, id) then return 'active' end
  return 'waiting'
end
