-- Defines `holdsLease(prefix, id, token)`.

local function holdsLease(prefix, id, token)
  return redis.call('GET', prefix .. id .. ':lock') == token
end
