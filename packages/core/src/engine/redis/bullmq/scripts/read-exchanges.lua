-- Reads the exchanges and bindings of a namespace.
--
-- Roles: producer, operator
-- Keys: exchanges
-- Arguments:
-- Reply: the names and the texts, one after another; the version is one of them.
-- Cost: one command, which grows with what is kept.

return redis.call('HGETALL', KEYS.exchanges)
