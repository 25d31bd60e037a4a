-- Defines `now`: the server's time in milliseconds since the epoch, as text.
--
-- No script takes a time from its client. A machine whose clock was two hours fast made jobs due that others had delayed, and removed acked
-- jobs too early; where its clock was no number at all, it left jobs in no list.

local serverTime = redis.call('TIME')
-- Of the microseconds the first three of six digits. Formatting a number would cost twice as much.
local now = serverTime[1] .. string.sub('00000' .. serverTime[2], -6, -4)
