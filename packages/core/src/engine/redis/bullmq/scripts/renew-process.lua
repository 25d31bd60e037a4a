-- Renews every lease of a process, held or not, without asking the process: a blocked main thread cannot answer.
--
-- Roles: worker
-- Keys: channel
-- Arguments:
--   prefix
--   process: what its lease tokens begin with
--   leaseMs
-- Reply: the number of each token that was renewed.
-- Cost: a GET for each active job, and two commands more for each of the process.

local prefix, process, leaseMs = ARGV.prefix, ARGV.process, ARGV.leaseMs
local renewed = {}
for _, id in ipairs(redis.call('LRANGE', KEYS.active, 0, -1)) do
  local lock = prefix .. id .. ':lock'
  local token = redis.pcall('GET', lock)
  if type(token) == 'string' and string.sub(token, 1, #process) == process then
    redis.call('PEXPIRE', lock, leaseMs)
    redis.call('SREM', KEYS.stalled, id)
    renewed[#renewed + 1] = string.sub(token, #process + 1)
  end
end
return renewed
