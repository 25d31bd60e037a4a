-- Defines `isUnlisted(id, most)`, whether a job has a record and is in no list, and `isStray(id)`, whether there is a lease on a job that is not
-- active. `most` is how far the waiting jobs are searched from either end; 0: all of them, which takes some milliseconds for a million. A list
-- that is none has no jobs. Expects `prefix`.

--- include: job-key

local function isIn(list, id, rank, most)
  local place = redis.pcall('LPOS', prefix .. list, id, 'RANK', rank, 'MAXLEN', most)
  return type(place) == 'number'
end

local function isUnlisted(id, most)
  if not isJobKey(prefix .. id) then return false end
  for _, set in ipairs({ 'completed', 'failed', 'delayed', 'prioritized', 'waiting-children', CONST.heldKey }) do
    if type(redis.pcall('ZSCORE', prefix .. set, id)) == 'string' then return false end
  end
  if isIn('active', id, '1', '0') then return false end
  return not (isIn('wait', id, '1', most) or isIn('wait', id, '-1', most) or isIn('paused', id, '1', most))
end

local function isStray(id)
  return redis.pcall('TYPE', prefix .. id .. ':lock').ok == 'string' and not isIn('active', id, '1', '0')
end
