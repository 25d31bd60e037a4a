-- A server's run id changes when it restarts, and is another when a replica takes over: then every presence is gone, and no process is
-- dead. Nor is any on a server that is new to the fleet, or that has lost its data.
--
-- Defines `meetServer(suspects, holdOffMs)`, which returns whether it is such a server. Expects `nowMs`.

local function meetServer(suspects, holdOffMs)
  local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
  local known = redis.call('HGET', suspects, '#run')
  if known == run then return false end
  redis.call('DEL', suspects)
  redis.call('HSET', suspects, '#run', run, '#until', known and nowMs + holdOffMs or 0)
  redis.call('PEXPIRE', suspects, CONST.ownKeptMs)
  return not known
end
