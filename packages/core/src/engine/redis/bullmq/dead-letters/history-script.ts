// Lua that keeps the history of a job's attempts in the job's own hash, so that it goes when the job goes.

/**
 * Defines `remember(jobKey, entry)`: appends an attempt, a table as {@link AttemptRecord} has it, to the job's history.
 * Bounded: the newest fifty are kept.
 */
export const rememberAttempt = `
local function remember(jobKey, entry)
  local kept = redis.call('HGET', jobKey, 'history')
  local isRead, history = pcall(cjson.decode, kept or '[]')
  if not isRead or type(history) ~= 'table' then history = {} end
  history[#history + 1] = entry
  while #history > 50 do table.remove(history, 1) end
  -- cjson reads an empty array as an empty table, and writes that as an object. Within a text the quotes would be escaped.
  local text = string.gsub(cjson.encode(history), '"path":{}', '"path":[]')
  redis.call('HSET', jobKey, 'history', text)
end`;
