-- Defines `isJobKey(key)`. Ids hold colons (`repeat:…` of schedulers, those of flows), so `1:lock`, `meta` and `repeat:daily` are asked for
-- like any other: they are no hash, or one without a job's fields. A scheduler's own hash has a name, but not when it was sent.

local function isJobKey(key)
  return redis.call('TYPE', key).ok == 'hash' and redis.call('HEXISTS', key, 'name') == 1
    and redis.call('HEXISTS', key, 'timestamp') == 1
end
