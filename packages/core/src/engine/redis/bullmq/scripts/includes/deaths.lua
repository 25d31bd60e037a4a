-- Defines `noteDeaths(held)`, which notes of each process that died how many jobs of the queue it held, for operators. Expects `nowMs`.
--
-- A list and no stream: every role may use lists as it is. The newest stands first; some are kept, for a day.

local function noteDeaths(held)
  if next(held) == nil then return end
  for process, jobs in pairs(held) do
    redis.call('LPUSH', KEYS.deaths, cjson.encode({ workerId = process, atMs = nowMs, held = jobs }))
  end
  redis.call('LTRIM', KEYS.deaths, 0, CONST.keptDeaths - 1)
  redis.call('PEXPIRE', KEYS.deaths, CONST.deathsKeptMs)
end
