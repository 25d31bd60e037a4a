-- Defines `isCount(text)`, whether the server can count on from it, `isParent(text)`, whether it names a parent, and `mend(key)`, which
-- corrects what no script can go on with in a job's record: counts that are no numbers, and a parent that is not JSON or has no id or
-- queue. It poisons the job with the reason, so that the next worker that fetches it dead-letters it. Returns what it has written by field,
-- or nil when nothing was wrong.

local function isCount(text)
  return #text <= 15 and (text == '0' or string.find(text, '^%-?[1-9]%d*$') ~= nil)
end

local function isParent(text)
  local isRead, parent = pcall(cjson.decode, text)
  return isRead and type(parent) == 'table' and type(parent.id) == 'string' and type(parent.queueKey) == 'string'
end

local function mend(key)
  local record = redis.call('HMGET', key, 'parent', 'defa', 'ats', 'atm', 'stc')
  local mended, faults = {}, {}
  for i, field in ipairs({ 'ats', 'atm', 'stc' }) do
    local text = record[i + 2]
    if text and not isCount(text) then
      mended[field] = '0'
      faults[#faults + 1] = field .. ' is no number'
    end
  end
  local hasSoundParent = not record[1] or isParent(record[1])
  if not hasSoundParent then faults[#faults + 1] = 'parent is no JSON with an id and a queueKey' end
  if #faults == 0 then return nil end
  if not hasSoundParent then redis.call('HDEL', key, 'parent', 'parentKey') end
  if not record[2] then mended.defa = 'the stored job cannot be read: its ' .. table.concat(faults, ', its ') end
  for field, value in pairs(mended) do redis.call('HSET', key, field, value) end
  return mended
end
