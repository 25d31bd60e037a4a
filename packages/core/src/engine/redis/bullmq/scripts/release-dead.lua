-- Gives back what a process held whose parent saw it end, and finds out which job it is that ends its workers.
--
-- Roles: worker, operator
-- Keys: reaper
-- Arguments:
--   prefix
--   deliveryLimit
--   process
--   trials: of an end that it brought on itself, as all that follow: how many jobs were on trial
--   isAlone: '1' when nothing else was under way
--   poisonLimit
--   how: it ended
--   lastLines: '' for none
--   suspects...: the ids on trial that are of this queue
-- Reply: `[the ids that were given back, those of them that the end counts against]`.
-- Cost: a GET for each active job, and some twelve commands for each given back.

local prefix, deliveryLimit, process = ARGV.prefix, tonumber(ARGV.deliveryLimit), ARGV.process
--- include: give-back
--- include: judge
-- Before the first write: jobs that are placed behind others touch these, too.
if trials then requireKinds(INLINE.kinds('pc', 'prioritized')) end
local returned = {}
for _, id in ipairs(redis.call('LRANGE', active, 0, -1)) do
  local token = redis.pcall('GET', prefix .. id .. ':lock')
  if type(token) == 'string' and processOf(token) == process then
    giveBack(id, 'workerDied', trials and judge)
    returned[#returned + 1] = id
  end
end
placeBehind()
if #returned > 0 then noteDeaths({ [process] = #returned }) end
signal()
return { returned, suspected }
