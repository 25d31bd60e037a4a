-- Defines `now`: the server's time in milliseconds since the epoch, as text.
--
-- No script takes a time from its client. A machine whose clock was two hours fast made jobs due that others had delayed, and removed acked
-- jobs too early; where its clock was no number at all, it left jobs in no list.

local serverTime = redis.call('TIME')
local now = serverTime[1] .. string.format('%03d', serverTime[2] / 1000)
