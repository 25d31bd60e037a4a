// The scripts for a handler's progress and log. BullMQ's own are not fenced by the lease; these are.
import { RedisScript } from '../../connection/redis-script.js';
import { wrapScripts } from '../bullmq-scripts.js';

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
