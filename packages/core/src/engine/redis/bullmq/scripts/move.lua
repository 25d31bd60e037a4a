-- Moves jobs to another queue in the same slot, each in one step: with its id, payload, options, fence and the results of its steps. One that
-- waits joins the tail of the other queue, or its place by priority; a delayed one keeps its time; a dead letter waits again, its attempts
-- afresh.
--
-- Left where they are: a job that is no longer in that place, is leased, or whose id the other queue knows; runs of schedules, members of
-- flows, and jobs of a key.
--
-- Roles: operator
-- Keys: channel
-- Needs memory: a server that is out of it refuses the call as a whole
-- Arguments:
--   prefix
--   target: what the keys of the other queue begin with
--   place: a `JobPlace`: where they are
--   ids...
-- Reply: of each 1, or 0 for one that was left.
-- Cost: some forty commands a job; one that waits is searched for in its list.

--- include: server-time
local call = redis.call
local prefix, target, place = ARGV.prefix, ARGV.target, ARGV.place
local active, delayed, completed, failed = KEYS.active, KEYS.delayed, KEYS.completed, KEYS.failed
--- include: place
--- include: job-key
--- include: kinds
requireKinds(INLINE.kinds('wait', 'paused', 'prioritized', 'delayed', 'failed', 'completed', 'active', 'waiting-children'))
requireKinds(INLINE.kinds('events', 'meta'))
local function moves()
--- include: adder
  local add, look = adderTo(target)

  local function isFree(id, key)
    local fields = call('HMGET', key, 'rjk', 'parentKey', 'parent', 'deid', 'flow')
    for i = 1, 5 do if fields[i] then return false end end
    for _, side in ipairs({ ':lock', ':dependencies', ':processed', ':failed', ':unsuccessful' }) do
      if call('EXISTS', key .. side) == 1 then return false end
    end
    local found, score = findPlace(id)
    return found == place, score
  end

  local function optionsOf(text, score)
    local isRead, options = pcall(cjson.decode, text or '{}')
    if not isRead or type(options) ~= 'table' then return nil end
    options.delay = score and math.max(1, math.floor(tonumber(score) / CONST.dueUnitsPerMs) - tonumber(now)) or nil
    options.jobId, options.reuse = nil, nil
    -- A job of a key has a turn, or a place in a line, in this queue. And a flow looks for its steps where it has sent them.
    if options.key or options.flow then return nil end
    return options
  end

  -- What the new record has of the old one besides what it was sent with.
  local function carry(key, newKey)
    local fields = call('HGETALL', key)
    for i = 1, #fields, 2 do
      local field = fields[i]
      if field == 'ats' or field == 'timestamp' or field == 'history' or string.sub(field, 1, 5) == 'step:' then
        call('HSET', newKey, field, fields[i + 1])
      end
    end
  end

  return function(id)
    local key = prefix .. id
    if not isJobKey(key) then return 0 end
    local isMovable, score = isFree(id, key)
    if not isMovable then return 0 end
    local job = call('HMGET', key, 'name', 'data', 'opts')
    local options = optionsOf(job[3], score)
    if not options then return 0 end
    look(options)
    if add(id, job[1], job[2] or '{}', options) ~= 1 then return 0 end
    carry(key, target .. id)
    removeJob({ key, prefix .. 'repeat' }, { id, '0', prefix })
    return 1
  end
end

local move, done = moves(), {}
for i = FIRST.ids, #ARGV do done[#done + 1] = move(ARGV[i]) end
return done
