// The scripts by which a process renews its leases and gives back those that it does not know of, and those by which a handler reports its
// work: BullMQ's own are not fenced by the lease.
import { RedisScript } from '../../connection/redis-script.js';
import { wrapScripts } from '../bullmq-scripts.js';
import { reclaiming } from './reclaim-script.js';

/**
 * Renews many leases at once, and takes up again those that expired while the job went to no other consumer: a server that was away for
 * longer than a lease has let all of them expire. KEYS: the `channel` keys. ARGV: prefix, lease (ms), then job id, lease token and generation
 * of each delivery held. Returns the tokens of those that are lost: two of one job may be held for a moment, and only the older one is.
 */
export const renewScript = new RedisScript(`
local prefix, leaseMs, active, stalled = ARGV[1], ARGV[2], KEYS[2], KEYS[5]
local activeIds
local function isActive(id)
  if not activeIds then
    activeIds = {}
    for _, each in ipairs(redis.call('LRANGE', active, 0, -1)) do activeIds[each] = true end
  end
  return activeIds[id]
end
${reclaiming}
local lost = {}
for i = 3, #ARGV, 3 do
  local job = { id = ARGV[i], key = prefix .. ARGV[i], token = ARGV[i + 1], life = ARGV[i + 2] }
  local owner = redis.call('GET', job.key .. ':lock')
  if owner == job.token then
    redis.call('PEXPIRE', job.key .. ':lock', leaseMs)
    redis.call('SREM', stalled, job.id)
  elseif owner or not reclaim(job) then
    lost[#lost + 1] = job.token
  end
end
return lost
`);

/**
 * Gives back what is leased under tokens of a process, up to the last one named, that it does not hold: a fetch whose reply was lost
 * leaves such jobs, and so does one that reached the server late. KEYS: the `channel` keys. ARGV: prefix, what the process's lease tokens
 * begin with, the number of the last token, then the lease token of each delivery held. Returns the ids, newest first: the oldest is put
 * back last, and so comes first again.
 */
export const reconcileScript = new RedisScript(`
${wrapScripts(['moveJobFromActiveToWait'])}
local prefix, process, last = ARGV[1], ARGV[2], tonumber(ARGV[3])
local held = {}
for i = 4, #ARGV do held[ARGV[i]] = true end
local keys = { KEYS[2], KEYS[1], KEYS[5], KEYS[8], KEYS[9], KEYS[6], KEYS[3], KEYS[11], KEYS[4] }

local function isOrphan(token)
  if not token or string.sub(token, 1, #process) ~= process or held[token] then return false end
  return tonumber(string.sub(token, #process + 1)) <= last
end

local returned = {}
for _, id in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
  local token = redis.call('GET', prefix .. id .. ':lock')
  if isOrphan(token) then
    moveJobFromActiveToWait(keys, { id, token, prefix .. id })
    redis.call('ZADD', KEYS[11], 0, '0')
    returned[#returned + 1] = id
  end
end
return returned
`);

const holdsLease = `
local function holdsLease(prefix, id, token)
  return redis.call('GET', prefix .. id .. ':lock') == token
end`;

/** KEYS: the `channel` keys. ARGV: prefix, job id, lease token, progress as JSON. Returns 1, or 0 for a lost lease. */
export const progressScript = new RedisScript(`
${wrapScripts(['updateProgress'])}
${holdsLease}
local prefix, id, token, progress = unpack(ARGV)
if not holdsLease(prefix, id, token) then return 0 end
updateProgress({ prefix .. id, KEYS[4], KEYS[9] }, { id, progress })
return 1
`);

/** KEYS: the `channel` keys. ARGV: prefix, job id, lease token, line, how many lines to keep. Returns 1, or 0. */
export const logScript = new RedisScript(`
${wrapScripts(['addLog'])}
${holdsLease}
local prefix, id, token, line, most = unpack(ARGV)
if not holdsLease(prefix, id, token) then return 0 end
addLog({ prefix .. id, prefix .. id .. ':logs' }, { id, line, most })
return 1
`);
