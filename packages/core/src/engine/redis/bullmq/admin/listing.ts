// Jobs of a queue, in one atomic call each: a page of them, one in short, one with all that is kept of it.
import { RedisScript, type ScriptClient } from '../../connection/redis-script.js';
import {
  type JobPage,
  type JobSpan,
  type JobDetails,
  type JobSummary,
  type JobPlace,
  attemptsOf,
} from '../../../../operator/queue-admin.js';
import { type QueueContext, DUE_UNITS_PER_MS } from './depths.js';
import { lastStack, readHistory } from '../../../../dead-letters/dead-letter.js';
import { isJobKey } from '../queue-keys.js';

export async function listJobs(
  client: ScriptClient,
  { queue, keys }: QueueContext,
  { place, offset, limit }: JobSpan,
): Promise<JobPage> {
  const answer = await listScript.run(client, keys.channel, [keys.prefix, place, offset, limit]);
  const [rows, total] = answer as readonly [rows: readonly SummaryRow[], total: number];
  return { jobs: rows.flatMap((row) => readSummary(queue, row) ?? []), hasMore: offset + limit < total };
}

/** Undefined when the queue has no job of that id. */
export async function findJob(
  client: ScriptClient,
  { queue, keys }: QueueContext,
  id: string,
): Promise<JobSummary | undefined> {
  return readSummary(queue, (await findScript.run(client, keys.channel, [keys.prefix, id])) as SummaryRow);
}

/** Undefined when the queue has no job of that id. */
export async function readDetails(
  client: ScriptClient,
  { queue, keys }: QueueContext,
  id: string,
): Promise<JobDetails | undefined> {
  const answer = await detailsScript.run(client, keys.channel, [keys.prefix, id, MOST_LOG_LINES]);
  const [row, fields, log] = answer as DetailsAnswer;
  const summary = readSummary(queue, row);
  if (summary === undefined) return undefined;
  const [payload, result, stacks, progress, history] = fields.map((field) => field ?? undefined);
  return {
    ...summary,
    payload: payload ?? '{}',
    result: summary.place === 'acked' ? result : undefined,
    stack: lastStack(stacks),
    progress,
    log,
    attempts: attemptsOf(summary, readHistory(history)),
  };
}

/** What `rowOf` returns. The score is that of a delayed job. */
type SummaryRow = readonly [id: string, place: JobPlace, score: string | null, fields: readonly (string | null)[]];

/** Defines `rowOf(id, place, score)`. Expects `prefix`. */
const summaryRow = `
local function rowOf(id, place, score)
  return { id, place, score or false, redis.call('HMGET', prefix .. id, 'name', 'timestamp', 'atm', 'ats', 'priority',
    'failedReason', 'processedOn', 'finishedOn', 'pb') }
end`;

/** Undefined for a job that is gone: its id may be in a list for a moment longer. */
function readSummary(queue: string, [id, place, score, fields]: SummaryRow): JobSummary | undefined {
  const [name, sentAt, attemptsMade, deliveries, priority, reason, startedAt, endedAt, workerId] = fields;
  if (typeof name !== 'string') return undefined;
  return {
    queue,
    id,
    name,
    place,
    sentAtMs: Number(sentAt ?? 0),
    attemptsMade: Number(attemptsMade ?? 0),
    deliveries: Number(deliveries ?? 0),
    priority: Number(priority ?? 0),
    reason: reason ?? undefined,
    dueAtMs: score === null ? undefined : Math.floor(Number(score) / DUE_UNITS_PER_MS),
    startedAtMs: timeOf(startedAt),
    endedAtMs: timeOf(endedAt),
    workerId: workerId ?? undefined,
  };
}

function timeOf(text: string | null | undefined): number | undefined {
  return text == null ? undefined : Number(text);
}

/**
 * Defines `isJob()`, and `foundRow()`, which returns the row of the job that ARGV names by prefix and id.
 *
 * A job that is in none of the other places is waiting: the list of waiting jobs is not searched, because its length has no bound.
 */
const foundRow = `
local prefix, id = ARGV[1], ARGV[2]
local active, delayed, completed, failed = KEYS[2], KEYS[7], KEYS[12], KEYS[13]
local call = redis.call
${summaryRow}
${isJobKey}

local function isJob() return isJobKey(prefix .. id) end

local function foundRow()
  if not isJob() then return { id, 'waiting', false, {} } end
  local due = call('ZSCORE', delayed, id)
  if due then return rowOf(id, 'delayed', due) end
  if call('ZSCORE', prefix .. 'waiting-children', id) then return rowOf(id, 'waitingForChildren') end
  if call('ZSCORE', completed, id) then return rowOf(id, 'acked') end
  if call('ZSCORE', failed, id) then return rowOf(id, 'deadLettered') end
  if call('EXISTS', prefix .. id .. ':lock') == 1 or call('LPOS', active, id) then return rowOf(id, 'active') end
  return rowOf(id, 'waiting')
end`;

/** KEYS: the `channel` keys. ARGV: prefix, job id. Returns a {@link SummaryRow}. */
const findScript = new RedisScript(`
${foundRow}
return foundRow()
`);

type DetailsAnswer = readonly [row: SummaryRow, fields: readonly (string | null)[], log: readonly string[]];

/** As many as a queue of Acktor keeps; other clients may keep more. */
const MOST_LOG_LINES = 1_000;

/** KEYS: the `channel` keys. ARGV: prefix, job id, most log lines. Returns a {@link DetailsAnswer}. */
const detailsScript = new RedisScript(`
${foundRow}
local key, mostLines = ARGV[1] .. ARGV[2], tonumber(ARGV[3])
if not isJob() then return { foundRow(), {}, {} } end
return {
  foundRow(),
  redis.call('HMGET', key, 'data', 'returnvalue', 'stacktrace', 'progress', 'history'),
  redis.call('LRANGE', key .. ':logs', -mostLines, -1),
}
`);

/** KEYS: the `channel` keys. ARGV: prefix, place, offset, limit. Returns a {@link SummaryRow} for each job, and how many there are. */
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
