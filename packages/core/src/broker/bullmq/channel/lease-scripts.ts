// The scripts by which a process keeps its leases, and finds those it does not know of.
import { RedisScript } from '../../../redis/redis-script.js';
import { wrapScripts } from '../bullmq-scripts.js';

/**
 * Renews many leases at once. KEYS: the `channel` keys. ARGV: prefix, lease (ms), then job id and lease token in turn.
 * Answers the ids of the jobs whose lease is no longer held under that token.
 */
export const renewScript = new RedisScript(`
${wrapScripts(['extendLocks'])}
local ids, tokens = {}, {}
for i = 3, #ARGV, 2 do
  ids[#ids + 1] = ARGV[i]
  tokens[#tokens + 1] = ARGV[i + 1]
end
return extendLocks({ KEYS[5] }, { ARGV[1], tokens, ids, ARGV[2] })
`);

/**
 * Gives back what is leased to a process that does not hold it: a fetch whose reply was lost leaves such jobs.
 * To be called while the process has no call in flight. KEYS: the `channel` keys. ARGV: prefix, what the process's lease
 * tokens begin with, then job id and lease token of each delivery held. Answers the ids, newest first: the oldest is put
 * back last, and so comes first again.
 */
export const reconcileScript = new RedisScript(`
${wrapScripts(['moveJobFromActiveToWait'])}
local prefix, process = ARGV[1], ARGV[2]
local held = {}
for i = 3, #ARGV, 2 do held[ARGV[i]] = ARGV[i + 1] end
local keys = { KEYS[2], KEYS[1], KEYS[5], KEYS[8], KEYS[9], KEYS[6], KEYS[3], KEYS[11], KEYS[4] }
local returned = {}
for _, id in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
  local token = redis.call('GET', prefix .. id .. ':lock')
  if token and string.sub(token, 1, #process) == process and held[id] ~= token then
    moveJobFromActiveToWait(keys, { id, token, prefix .. id })
    redis.call('ZADD', KEYS[11], 0, '0')
    returned[#returned + 1] = id
  end
end
return returned
`);
