-- Makes the server's run id known when a process connects, before any is suspect: so a death is not taken for a restart of the server that
-- was not noticed.
--
-- Roles: worker
-- Keys: suspects
-- Arguments:
--   holdOffMs
-- Reply: 1 when the server did not know the fleet.
-- Cost: 40 µs, for INFO.

--- include: server-time
local nowMs = tonumber(now)
--- include: known-server
return meetServer(KEYS.suspects, tonumber(ARGV.holdOffMs)) and 1 or 0
