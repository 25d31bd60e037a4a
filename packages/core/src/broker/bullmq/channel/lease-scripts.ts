// The scripts by which a process keeps its leases, and finds those it does not know of.
import { RedisScript } from '../../../redis/redis-script.js';
import { wrapScripts } from '../bullmq-scripts.js';
import { reclaiming } from './reclaim-script.js';

/**
 * Renews many leases at once, and takes up again those that expired while nobody else was given the job: a server that was away for longer
 * than a lease has let all of them expire. KEYS: the `channel` keys. ARGV: prefix, lease (ms), then job id, lease token and life of each
 * delivery held. Answers the ids of the jobs whose lease is another's now.
 */
export const renewScript = new RedisScript(`
${wrapScripts(['extendLocks'])}
local prefix, leaseMs, active = ARGV[1], ARGV[2], KEYS[2]
${reclaiming}
local ids, tokens, held = {}, {}, {}
for i = 3, #ARGV, 3 do
  local id, token = ARGV[i], ARGV[i + 1]
  ids[#ids + 1], tokens[#tokens + 1] = id, token
  held[id] = { id = id, key = prefix .. id, token = token, life = ARGV[i + 2] }
end
local lost = {}
for _, id in ipairs(extendLocks({ KEYS[5] }, { prefix, tokens, ids, leaseMs })) do
  local job = held[id]
  if redis.call('EXISTS', job.key .. ':lock') == 1 or not reclaim(job) then lost[#lost + 1] = id end
end
return lost
`);

/**
 * Gives back what is leased under tokens of a process, up to the last one named, that it does not hold: a fetch whose reply was lost
 * leaves such jobs, and so does one that reached the server late. KEYS: the `channel` keys. ARGV: prefix, what the process's lease tokens
 * begin with, the number of the last token, then job id and lease token of each delivery held. Answers the ids, newest first: the oldest
 * is put back last, and so comes first again.
 */
export const reconcileScript = new RedisScript(`
${wrapScripts(['moveJobFromActiveToWait'])}
local prefix, process, last = ARGV[1], ARGV[2], tonumber(ARGV[3])
local held = {}
for i = 4, #ARGV, 2 do held[ARGV[i]] = ARGV[i + 1] end
local keys = { KEYS[2], KEYS[1], KEYS[5], KEYS[8], KEYS[9], KEYS[6], KEYS[3], KEYS[11], KEYS[4] }

local function isStray(id, token)
  if not token or string.sub(token, 1, #process) ~= process or held[id] == token then return false end
  return tonumber(string.sub(token, #process + 1)) <= last
end

local returned = {}
for _, id in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
  local token = redis.call('GET', prefix .. id .. ':lock')
  if isStray(id, token) then
    moveJobFromActiveToWait(keys, { id, token, prefix .. id })
    redis.call('ZADD', KEYS[11], 0, '0')
    returned[#returned + 1] = id
  end
end
return returned
`);
