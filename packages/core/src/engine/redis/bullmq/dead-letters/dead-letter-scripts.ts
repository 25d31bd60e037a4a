// The scripts that take jobs out of the dead letters: back into the queue, or away.
import { RedisScript } from '../../connection/redis-script.js';
import { wrapScripts } from '../bullmq-scripts.js';

/** A death is over when the job left the dead letters, or came back to them by another delivery. */
const eachDeath = `
local prefix = ARGV[1]
local function isThere(id, deliveries)
  return redis.call('ZSCORE', KEYS[13], id) and (redis.call('HGET', prefix .. id, 'ats') or '0') == deliveries
end
local function eachDeath(act)
  local done = {}
  for i = 2, #ARGV, 2 do
    local id = ARGV[i]
    done[#done + 1] = isThere(id, ARGV[i + 1]) and act(id, prefix .. id) or 0
  end
  return done
end`;

/**
 * KEYS: the `channel` keys. ARGV: prefix, then job id and deliveries of each death. Returns 1 or 0 for each.
 *
 * BullMQ's `reprocessJob` moves the job; what it leaves of the old life is cleared here. The fence (`ats`) goes on growing, and
 * why the job died moves to its history unless it stands there. The first write is one that a full server refuses, so that
 * it is refused before anything has moved.
 */
export const redriveScript = new RedisScript(
  `
${wrapScripts(['reprocessJob'])}
${eachDeath}

local function keepLastAttempt(key)
  local job = redis.call('HMGET', key, 'history', 'ats', 'atm', 'processedOn', 'finishedOn', 'failedReason', 'pb')
  local isRead, past = pcall(cjson.decode, job[1] or '[]')
  if not isRead or type(past) ~= 'table' then past = {} end
  local last = past[#past]
  if type(last) == 'table' and tostring(last.fence) == job[2] then return end
  local attempt = cjson.encode({ attempt = tonumber(job[3]) or 1, fence = tonumber(job[2]) or 0, worker = job[7] or '',
    startedAtMs = tonumber(job[4]) or 0, endedAtMs = tonumber(job[5]) or 0, ['end'] = 'threw', reason = job[6] or '' })
  -- Spliced as text: Lua would write an empty array in an earlier attempt as an object.
  local earlier = #past > 0 and string.sub(job[1], 1, -2) .. ',' or '['
  redis.call('HSET', key, 'history', earlier .. attempt .. ']')
end

return eachDeath(function(id, key)
  redis.call('HINCRBY', key, 'redrives', 1)
  keepLastAttempt(key)
  reprocessJob({ key, KEYS[4], KEYS[13], KEYS[1], KEYS[9], KEYS[2], KEYS[11], KEYS[3], KEYS[10] },
    { id, 'LPUSH', 'failedReason', 'failed', '1', '0' })
  redis.call('HDEL', key, 'stc', 'defa', 'stacktrace', 'pb', 'cancel', 'suspicions', 'spared')
  return 1
end)
`,
  { needsMemory: true },
);

/** KEYS: the `channel` keys. ARGV: prefix, then job id and deliveries of each death. Returns 1 or 0 for each. */
export const purgeScript = new RedisScript(`
${wrapScripts(['removeJob'])}
${eachDeath}
return eachDeath(function(id, key) return removeJob({ key, prefix .. 'repeat' }, { id, '0', prefix }) == 1 and 1 or 0 end)
`);
