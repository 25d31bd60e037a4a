-- Where a job is.
--
-- Roles: operator
-- Keys: channel
-- Arguments:
--   prefix
--   id
-- Reply: a `SummaryRow`.
-- Cost: some ten commands; the active list is searched for a job without a lease.

--- include: found-row
return foundRow()
