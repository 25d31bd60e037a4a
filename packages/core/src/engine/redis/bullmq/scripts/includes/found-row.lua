-- Defines `isJob()`, and `foundRow()`, which returns the row of the job that the arguments `prefix` and `id` name.

local prefix, id = ARGV.prefix, ARGV.id
local active, delayed, completed, failed = KEYS.active, KEYS.delayed, KEYS.completed, KEYS.failed
--- include: place
--- include: row
--- include: job-key

local function isJob() return isJobKey(prefix .. id) end

local function foundRow()
  if not isJob() then return { id, 'waiting', false, {} } end
  return rowOf(id, findPlace(id))
end
