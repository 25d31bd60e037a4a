-- Moves a job out of the place of a part of its queue.
--
-- Roles: operator
-- Keys: channel
-- Arguments:
--   prefix
--   part
-- Reply: 1, or 0 when no job lies there.
-- Cost: some twenty commands; the waiting jobs are searched.

local prefix = ARGV.prefix
--- include: misplaced
return moveMisplaced(ARGV.part) and 1 or 0
