// A page of a queue's jobs, read in one atomic call.
import { RedisScript, type ScriptClient } from '../../connection/redis-script.js';
import type { JobPage, JobSpan } from '../../../../operator/queue-admin.js';
import type { QueueContext } from './queue-context.js';
import { readSummary, summaryRow, type SummaryRow } from './summary-row.js';

export async function listJobs(
  client: ScriptClient,
  { queue, keys }: QueueContext,
  { place, offset, limit }: JobSpan,
): Promise<JobPage> {
  const answer = await listScript.run(client, keys.channel, [keys.prefix, place, offset, limit]);
  const [rows, total] = answer as readonly [rows: readonly SummaryRow[], total: number];
  return { jobs: rows.flatMap((row) => readSummary(queue, row) ?? []), hasMore: offset + limit < total };
}

/** KEYS: the `channel` keys. ARGV: prefix, place, offset, limit. Answers a {@link SummaryRow} for each job, and how many there are. */
const listScript = new RedisScript(`
local prefix, place, offset, limit = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local wait, active, prioritized, delayed, paused, completed, failed =
  KEYS[1], KEYS[2], KEYS[3], KEYS[7], KEYS[8], KEYS[12], KEYS[13]
local call = redis.call
${summaryRow}

local rows = {}
-- A list is taken from at its right end: there its first job stands.
local function fromList(key, from, count)
  local ids = call('LRANGE', key, -from - count, -from - 1)
  for i = #ids, 1, -1 do rows[#rows + 1] = rowOf(ids[i], place) end
end
local function fromSet(range, key, from, count)
  local ids = call(range, key, from, from + count - 1, 'WITHSCORES')
  for i = 1, #ids, 2 do rows[#rows + 1] = rowOf(ids[i], place, place == 'delayed' and ids[i + 1]) end
end
local function list(key) return { size = call('LLEN', key), take = function(...) fromList(key, ...) end } end
local function set(range, key)
  return { size = call('ZCARD', key), take = function(...) fromSet(range, key, ...) end }
end

local parts = ({
  waiting = function() return { list(wait), list(paused), set('ZRANGE', prioritized) } end,
  waitingForChildren = function() return { set('ZRANGE', prefix .. 'waiting-children') } end,
  delayed = function() return { set('ZRANGE', delayed) } end,
  active = function() return { list(active) } end,
  acked = function() return { set('ZREVRANGE', completed) } end,
  deadLettered = function() return { set('ZREVRANGE', failed) } end,
})[place]()

local passed = 0
for _, part in ipairs(parts) do
  local from, wanted = math.max(0, offset - passed), limit - #rows
  if wanted > 0 and from < part.size then part.take(from, wanted) end
  passed = passed + part.size
end
return { rows, passed }
`);
