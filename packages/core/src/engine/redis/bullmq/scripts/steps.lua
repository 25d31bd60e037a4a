-- The results of steps that deliveries of a job have stored.
--
-- Roles: worker
-- Keys: channel
-- Arguments:
--   prefix
--   id
--   fence: of the delivery
-- Reply: name and stored text of each, one after the other; nil when a later delivery has begun, or the job has ended.
-- Cost: two commands, and as long as all that is kept of the job.

--- include: holds-fence
--- include: steps-of
local key = ARGV.prefix .. ARGV.id
if not holdsFence(key, ARGV.fence) then return nil end
return stepsOf(key)
