-- Looks before BullMQ's scripts write: they write first and fail later, and what fails them halfway is in no list any more.
--
-- Defines `requireKinds(kinds)`, which fails, with nothing changed, when a key of the queue holds another kind of value; where that is the
-- record of a job, it is moved out of the way. With `meta` goes the length to which BullMQ trims the events. INLINE.kinds names the parts of a queue with the kind of each. Expects `prefix`.

--- include: misplaced
local function requireKinds(kinds)
  for part, kind in pairs(kinds) do
    -- Nothing is known, and nothing refused, where the user may not ask.
    local found = redis.pcall('TYPE', prefix .. part).ok or kind
    if found ~= kind and found ~= 'none' and not moveMisplaced(part) then
      error({ err = 'the key ' .. prefix .. part .. ' holds a ' .. found .. ' where the queue keeps a ' .. kind
        .. '. Rename or delete the key' })
    end
  end
  local most = kinds.meta and redis.call('HGET', prefix .. 'meta', 'opts.maxLenEvents')
  if most and not (string.find(most, '^%d+$') and #most <= 15) then
    error({ err = 'the field opts.maxLenEvents of ' .. prefix .. 'meta is no number of events: ' .. most })
  end
end
