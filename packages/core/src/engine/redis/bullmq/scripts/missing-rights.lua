-- What the user of this connection may not do: asked at the start, so that nothing is written by halves for want of a right.
--
-- Roles: producer, worker, operator
-- Keys: none
-- Arguments:
--   key: of the namespace; it is not touched
--   commands: their names, with spaces between
-- Reply: what is denied (see includes/rights.lua).
-- Cost: less than a microsecond for each command.

--- include: rights

return deniedOf(ARGV.commands, ARGV.key)
