-- The jobs that are sent with the settlements of a call: looked at before anything is written, and added when all is settled; those for
-- queues in other slots of a cluster are put into the outbox of their target.
--
-- Defines `settledSends()`, which reads them, and returns a table of `look()` and `add(replies)`. Expects `now`, `serverTime`, `writesAt`
-- and `entriesEnd`.

local function settledSends()
  local call = redis.call
--- include: adder
  local queues, optionsOf, sends, outboxes = {}, {}, {}, ARGV.prefix .. CONST.outboxesKey
--- include: outbox
  for at = entriesEnd + 1, writesAt - 1, INLINE.size('send') do
    local prefix, options = ARGV[at + ENTRY.send.prefix], ARGV[at + ENTRY.send.options]
    local target = ARGV[at + ENTRY.send.target]
    if target == '' and not queues[prefix] then
      local add, look = adderTo(prefix)
      queues[prefix] = { add = add, look = look }
    end
    optionsOf[options] = optionsOf[options] or cjson.decode(options)
    sends[#sends + 1] = { entry = tonumber(ARGV[at + ENTRY.send.entry]), queue = queues[prefix], jobId = ARGV[at + ENTRY.send.jobId],
      name = ARGV[at + ENTRY.send.name], payload = ARGV[at + ENTRY.send.payload], options = optionsOf[options],
      optionsText = options, target = target }
  end

  local function failureOf(fault)
    return { type(fault) == 'table' and fault.err or tostring(fault) }
  end

  -- Returns the replies to the settlements whose jobs cannot be added, by the numbers of their entries: they are not carried out. Nil for
  -- none.
  local function look()
    local refused
    for _, send in ipairs(sends) do
      local isSound, fault
      if send.target == '' then isSound, fault = pcall(send.queue.look, send.options)
      else isSound, fault = pcall(requireOutbox, send.target) end
      if not isSound then
        refused = refused or {}
        refused[send.entry] = failureOf(fault)
      end
    end
    return refused
  end

  -- Adds what was sent with the settlements that this call has stored (0). With one that was stored before (1) it was added then.
  local function add(replies)
    local isStored = {}
    for _, send in ipairs(sends) do isStored[send.entry] = replies[send.entry] == 0 end
    for _, send in ipairs(sends) do
      if isStored[send.entry] then
        -- Fails only for a user that lacks the right to a command: anything else was looked at.
        local isAdded, fault
        if send.target == '' then isAdded, fault = pcall(send.queue.add, send.jobId, send.name, send.payload, send.options)
        else isAdded, fault = pcall(putIntoOutbox, send) end
        if not isAdded then replies[send.entry] = failureOf(fault) end
      end
    end
  end

  return { look = look, add = add }
end
