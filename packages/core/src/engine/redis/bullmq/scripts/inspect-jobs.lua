-- Which of these jobs are out of place.
--
-- Roles: operator
-- Keys: channel
-- Arguments:
--   prefix
--   most: how far the waiting jobs are searched from either end; 0: all of them
--   ids...
-- Reply: of each that is, `[id, its name when no list has it, 1 when a lease is astray]`.
-- Cost: some ten commands a job.

local prefix = ARGV.prefix
--- include: listed

local found = {}
for i = FIRST.ids, #ARGV do
  local id = ARGV[i]
  local name = isUnlisted(id, ARGV.most) and redis.call('HGET', prefix .. id, 'name')
  local stray = isStray(id)
  if name or stray then found[#found + 1] = { id, name, stray and 1 or 0 } end
end
return found
