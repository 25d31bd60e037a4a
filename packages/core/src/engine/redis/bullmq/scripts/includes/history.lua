-- Defines `remember(jobKey, entry)`, which appends an attempt, an AttemptRecord as JSON, to the history in the job's own hash, so that it
-- goes when the job goes, and `rememberEnd(jobKey, attempt)`, which does so with an attempt that ends now, as JSON without its times and
-- path.
--
-- Bounded: the newest are kept. Only a history that may be longer is read; to another the text is added, for reading and writing JSON costs
-- the server ten times as much. Expects `now`.

local function remember(jobKey, entry)
  local kept = redis.call('HGET', jobKey, 'history')
  -- No entry is shorter than a hundred bytes.
  if not kept or #kept < 5000 then
    local isList = kept and string.find(kept, '^%[{.*}%]$')
    redis.call('HSET', jobKey, 'history', isList and string.sub(kept, 1, -2) .. ',' .. entry .. ']' or '[' .. entry .. ']')
    return
  end
  local isRead, history = pcall(cjson.decode, kept)
  if not isRead or type(history) ~= 'table' then history = {} end
  history[#history + 1] = cjson.decode(entry)
  while #history > CONST.keptAttempts do table.remove(history, 1) end
  -- cjson reads an empty array as an empty table, and writes that as an object. Within a text the quotes would be escaped.
  local text = string.gsub(cjson.encode(history), '"path":{}', '"path":[]')
  redis.call('HSET', jobKey, 'history', text)
end

local function rememberEnd(jobKey, attempt)
  local startedAtMs = string.match(redis.call('HGET', jobKey, 'processedOn') or '', '^%d+$') or '0'
  remember(jobKey, string.sub(attempt, 1, -2) .. ',"startedAtMs":' .. startedAtMs .. ',"endedAtMs":' .. now
    .. ',"path":[["processing",' .. startedAtMs .. '],["rejecting",' .. now .. ']]}')
end
