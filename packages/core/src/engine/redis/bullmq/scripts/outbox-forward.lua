-- Adds jobs from the outbox of a queue in another slot, in their order, each once: the queue keeps a mark for each outbox, the highest
-- sequence number that it has, so that a repeated call adds nothing however soon ids are forgotten.
--
-- Roles: producer, worker
-- Keys: send
-- Needs memory: a server that is out of it refuses the call as a whole, and the jobs wait
-- Arguments:
--   prefix
--   source: the queue whose outbox it is, by the name that its keys have
--   jobs...: `outgoing` in protocol.mjs, the oldest first
-- Reply: `[the mark, fault]`; the fault is '' unless a job could not be added, which those behind it wait for.
-- Cost: ten commands a job.

--- include: server-time
local call = redis.call
local marks = ARGV.prefix .. CONST.marksKey
local mark = call('HGET', marks, ARGV.source) or '0'
local before, fault = mark, ''

local function forward()
--- include: adder
  local add = adderTo(ARGV.prefix)
  for at = FIRST.jobs, #ARGV, INLINE.size('outgoing') do
    local sequence = ARGV[at + ENTRY.outgoing.sequence]
    if tonumber(sequence) > tonumber(mark) then
      local options = cjson.decode(ARGV[at + ENTRY.outgoing.options])
      add(ARGV[at + ENTRY.outgoing.jobId], ARGV[at + ENTRY.outgoing.name], ARGV[at + ENTRY.outgoing.payload], options)
      mark = sequence
    end
  end
end

local isDone, why = pcall(forward)
if not isDone then fault = type(why) == 'table' and why.err or tostring(why) end
if mark ~= before then
  call('HSET', marks, ARGV.source, mark)
  call('PEXPIRE', marks, CONST.ownKeptMs)
end
return { mark, fault }
