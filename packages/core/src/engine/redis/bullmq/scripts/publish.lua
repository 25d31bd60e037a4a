-- Publishes: adds a job with one payload to every queue that a message was routed to, or to none of them.
--
-- All is looked at before anything is written: the version of the exchanges by which it was routed, the kinds of the keys of each queue, its
-- length. In a cluster the queues lie on several servers; the jobs are put into outboxes beside the exchanges then, from where they are
-- forwarded.
--
-- Roles: producer
-- Keys: exchanges
-- Needs memory: a server that is out of it refuses the call as a whole
-- Arguments:
--   version: of the exchanges, by which the message was routed
--   isRepeat: '1' when a call before may have added the jobs: where the first of them is there, the version does not matter
--   outboxes: the key of the outboxes; '' on one server
--   payload
--   routes...: `route` in protocol.mjs
-- Reply: 'stale', with nothing changed, when the exchanges have another version; `['refused', n, why]` or `['full', n, length]`, with nothing
--   changed, when the queue of the nth route takes no job; else of each job 1 or `[place]`, as a send does.
-- Cost: one command, and for each job some fifteen; in a cluster four.

--- include: server-time
local call = redis.call
local outboxes = ARGV.outboxes
--- include: outbox

-- What adds to one queue, and looks before.
local function queueAt(prefix)
  local wait, events = prefix .. 'wait', prefix .. 'events'
--- include: adder
  local add, look = adderTo(prefix)
--- include: room
--- include: sweep
  return { add = add, look = look, fullAt = fullAt, wouldBeFullAt = wouldBeFullAt, sweep = sweep, coming = 0 }
end

local function readRoutes()
  local routes, queues, optionsOf = {}, {}, {}
  for at = FIRST.routes, #ARGV, INLINE.size('route') do
    local prefix, optionsText = ARGV[at + ENTRY.route.prefix], ARGV[at + ENTRY.route.options]
    if outboxes == '' then queues[prefix] = queues[prefix] or queueAt(prefix) end
    local known = optionsOf[optionsText]
    if not known then
      local options = cjson.decode(optionsText)
      -- Of the publish, and not of the job.
      known = { options = options, bound = options.ml }
      options.ml = nil
      optionsOf[optionsText] = known
    end
    routes[#routes + 1] = { prefix = prefix, queue = queues[prefix], target = ARGV[at + ENTRY.route.target],
      jobId = ARGV[at + ENTRY.route.jobId], name = ARGV[at + ENTRY.route.name], payload = ARGV.payload, options = known.options,
      bound = known.bound, optionsText = optionsText }
  end
  return routes
end

-- Fails where the job could not be added. Returns the length of the queue where that is full.
local function look(route)
  if outboxes ~= '' then return requireOutbox(route.target) end
  local queue = route.queue
  queue.look(route.options)
  local length = route.bound and queue.wouldBeFullAt(route, route.jobId, queue.coming)
  queue.coming = queue.coming + 1
  return length or nil
end

local function add(route)
  if outboxes ~= '' then
    putIntoOutbox(route)
    return 1
  end
  local queue = route.queue
  -- There was room, or there is something to drop: should it not go, the job is added all the same, for others are by now.
  if route.bound then pcall(queue.fullAt, route, route.jobId) end
  return queue.add(route.jobId, route.name, route.payload, route.options)
end

local version = call('HGET', KEYS.exchanges, CONST.versionField) or '0'
local routes = readRoutes()
local function isKnown()
  return ARGV.isRepeat == '1' and outboxes == '' and routes[1] and call('EXISTS', routes[1].prefix .. routes[1].jobId) == 1
end
if version ~= ARGV.version and not isKnown() then return 'stale' end

for n, route in ipairs(routes) do
  local isSound, found = pcall(look, route)
  if not isSound then return { 'refused', n, type(found) == 'table' and found.err or tostring(found) } end
  if found then return { 'full', n, found } end
end
local outcomes = {}
for n, route in ipairs(routes) do outcomes[n] = add(route) end
for _, route in ipairs(routes) do
  if route.queue and route.options.xr then pcall(route.queue.sweep, 2) end
end
return outcomes
