-- Turns that end with the settlements of a call: each goes to the next job of its key, in the same step, whatever path the call has taken.
--
-- Defines `passTurns(replies)`, and fetches again what was asked for and not found, for the next job of a key may be all that there is. Expects
-- `entriesEnd`, `turnsAt`, `firstEntry`, `arity` and `bullmq`.

local function passTurns(replies)
  local call, prefix = redis.call, ARGV.prefix
--- include: turns

  -- A settled job is settled, whatever becomes of its turn: the reaper passes it on.
  for at = turnsAt, #ARGV, INLINE.size('turn') do
    local reply = replies[tonumber(ARGV[at + ENTRY.turn.entry])]
    if reply == -1 or (reply == 0 and ARGV[at + ENTRY.turn.isOver] == '1') then
      pcall(groups.release, ARGV[at + ENTRY.turn.key], ARGV[at + ENTRY.turn.jobId], ARGV[at + ENTRY.turn.turns])
    end
  end
  local isWoken, isMore = pcall(groups.wake)
  isMore = isWoken and isMore
  if isMore then arity = arity or INLINE.arity() end
  local at, step = firstEntry, 1
  while isMore and at <= entriesEnd do
    if ARGV[at] == 'fetch' and replies[step] == false then
      replies[step] = bullmq().tryFetch(ARGV[at + ENTRY.fetch.leaseToken])
      isMore = replies[step] ~= false
    end
    at, step = at + 1 + arity[ARGV[at]], step + 1
  end
end
