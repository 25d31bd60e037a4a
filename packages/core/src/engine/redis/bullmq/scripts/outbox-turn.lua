-- Takes the turn at forwarding the outboxes of a namespace, or keeps it: one process has it at a time.
--
-- Roles: producer, worker
-- Keys: outboxRegistry
-- Arguments:
--   process: by which it is known
--   heldMs: for how long the turn is its own
-- Reply: the queues that ever sent to another slot, by the names of their keys; 0 when another process has the turn, or there are none.
-- Cost: two commands, two more for the process that has the turn.

--- include: server-time
local call, registry = redis.call, KEYS.registry
local fields = call('HGETALL', registry)
local holder, heldUntil, queues = nil, 0, {}
for i = 1, #fields, 2 do
  local field, value = fields[i], fields[i + 1]
  if field == '#holder' then holder = value
  elseif field == '#until' then heldUntil = tonumber(value) or 0
  elseif string.sub(field, 1, 6) == 'queue:' then queues[#queues + 1] = string.sub(field, 7) end
end
if #queues == 0 or (holder ~= ARGV.process and heldUntil > tonumber(now)) then return 0 end
call('HSET', registry, '#holder', ARGV.process, '#until', string.format('%.0f', now + ARGV.heldMs))
return queues
