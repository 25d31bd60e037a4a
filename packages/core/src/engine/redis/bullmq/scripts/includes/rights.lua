-- Defines `deniedOf(commands, key)`, what the user of this connection may not do with that key: of the commands in the text those that are
-- denied, with spaces between, and `keys` for all that take a key where all of these are; '' when nothing is. `PUBSUB|SHARDNUMSUB` is one of a
-- subcommand. A word that is no command is passed over, and before Redis 7.0, which does not answer, nothing is denied.
--
-- Rights: goes on without, for it runs none of them

local KEYLESS = ' TIME INFO PUBLISH SUBSCRIBE EVAL EVALSHA '

local function deniedOf(commands, key)
  if not redis.acl_check_cmd then return '' end
  local denied, keyed, mayTouch = {}, {}, false
  for command in string.gmatch(commands, '%S+') do
    local name, sub = string.match(command, '^([^|]+)|?(.*)$')
    local isKeyless = sub ~= '' or string.find(KEYLESS, ' ' .. name .. ' ', 1, true)
    local isKnown, isAllowed
    if sub ~= '' then isKnown, isAllowed = pcall(redis.acl_check_cmd, name, sub, key)
    elseif name == 'PUBLISH' or name == 'SUBSCRIBE' then isKnown, isAllowed = pcall(redis.acl_check_cmd, name)
    -- As many arguments as any takes at least: of some with none the server (7.0.15) reads what is not there, and dies.
    else isKnown, isAllowed = pcall(redis.acl_check_cmd, name, key, key, key, key, key) end
    if isKnown and isKeyless and not isAllowed then denied[#denied + 1] = command
    elseif isKnown and not isKeyless and not isAllowed then keyed[#keyed + 1] = command
    elseif isKnown and not isKeyless then mayTouch = true end
  end
  if #keyed > 0 and not mayTouch then keyed = { 'keys' } end
  for _, command in ipairs(keyed) do denied[#denied + 1] = command end
  return table.concat(denied, ' ')
end
