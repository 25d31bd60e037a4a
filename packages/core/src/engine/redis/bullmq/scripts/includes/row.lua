-- Defines `rowOf(id, place, score)`, a SummaryRow. Expects `prefix`.

local function rowOf(id, place, score)
  return { id, place, score or false, redis.call('HMGET', prefix .. id, 'name', 'timestamp', 'atm', 'ats', 'priority',
    'failedReason', 'processedOn', 'finishedOn', 'pb') }
end
