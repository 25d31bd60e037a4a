-- A page of the jobs of one place.
--
-- Roles: operator
-- Keys: channel
-- Arguments:
--   prefix
--   place: a `JobPlace`
--   offset
--   limit
-- Reply: `[a SummaryRow for each job, how many jobs there are]`.
-- Cost: an HMGET for each job of the page, and reading ranges, which takes longer deep in a list.

local prefix, place, offset, limit = ARGV.prefix, ARGV.place, tonumber(ARGV.offset), tonumber(ARGV.limit)
local wait, active, prioritized, delayed, paused, completed, failed =
  KEYS.wait, KEYS.active, KEYS.prioritized, KEYS.delayed, KEYS.paused, KEYS.completed, KEYS.failed
local call = redis.call
--- include: row

local rows = {}
-- A list is taken from at its right end: there its first job stands.
local function fromList(key, from, count)
  local ids = call('LRANGE', key, -from - count, -from - 1)
  for i = #ids, 1, -1 do rows[#rows + 1] = rowOf(ids[i], place) end
end
local function fromSet(range, key, from, count)
  local ids = call(range, key, from, from + count - 1, 'WITHSCORES')
  for i = 1, #ids, 2 do rows[#rows + 1] = rowOf(ids[i], place, place == 'delayed' and ids[i + 1]) end
end
local function list(key) return { size = call('LLEN', key), take = function(...) fromList(key, ...) end } end
local function set(range, key)
  return { size = call('ZCARD', key), take = function(...) fromSet(range, key, ...) end }
end

local parts = ({
  -- At last those that wait for a turn of their key.
  waiting = function() return { list(wait), list(paused), set('ZRANGE', prioritized), set('ZRANGE', prefix .. CONST.heldKey) } end,
  waitingForChildren = function() return { set('ZRANGE', prefix .. 'waiting-children') } end,
  delayed = function() return { set('ZRANGE', delayed) } end,
  active = function() return { list(active) } end,
  acked = function() return { set('ZREVRANGE', completed) } end,
  deadLettered = function() return { set('ZREVRANGE', failed) } end,
})[place]()

local passed = 0
for _, part in ipairs(parts) do
  local from, wanted = math.max(0, offset - passed), limit - #rows
  if wanted > 0 and from < part.size then part.take(from, wanted) end
  passed = passed + part.size
end
return { rows, passed }
