// One job with all that is kept of it, read in one atomic call.
import { lastStack } from '../../../../dead-letters/last-stack.js';
import { readHistory } from '../../../../dead-letters/past-attempt.js';
import { RedisScript, type ScriptClient } from '../../connection/redis-script.js';
import type { JobDetails } from '../../../../operator/queue-admin.js';
import { foundRow } from './finding.js';
import { attemptsOf } from '../../../../operator/job-attempts.js';
import type { QueueContext } from './queue-context.js';
import { readSummary, type SummaryRow } from './summary-row.js';

/** Undefined when the queue knows no job of that id. */
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

type DetailsAnswer = readonly [row: SummaryRow, fields: readonly (string | null)[], log: readonly string[]];

/** As many as a queue of Acktor keeps; other clients may keep more. */
const MOST_LOG_LINES = 1_000;

/** KEYS: the `channel` keys. ARGV: prefix, job id, most log lines. Answers a {@link DetailsAnswer}. */
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
