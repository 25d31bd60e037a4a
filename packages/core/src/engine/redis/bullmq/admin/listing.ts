// Jobs of a queue, in one atomic call each: a page of them, one in short, one with all that is kept of it.
import type { ScriptClient } from '../../connection/redis-script.js';
import {
  type JobPage,
  type JobSpan,
  type JobDetails,
  type JobSummary,
  type JobPlace,
  attemptsOf,
} from '../../../../operator/queue-admin.js';
import type { QueueContext } from './depths.js';
import { lastStack, readHistory } from '../../../../dead-letters/dead-letter.js';
import { CONSTANTS } from '../scripts/built-scripts.js';
import { scripts } from '../scripts/scripts.js';
import { storedMeta } from '../sending/send-call.js';
import { NO_META } from '../../../../contract/meta.js';
import { readSteps } from '../steps.js';

export async function listJobs(
  client: ScriptClient,
  { queue, keys }: QueueContext,
  { place, offset, limit }: JobSpan,
): Promise<JobPage> {
  const answer = await scripts.list.run(client, keys.channel, [keys.prefix, place, offset, limit]);
  const [rows, total] = answer as readonly [rows: readonly SummaryRow[], total: number];
  return { jobs: rows.flatMap((row) => readSummary(queue, row) ?? []), hasMore: offset + limit < total };
}

/** Undefined when the queue has no job of that id. */
export async function findJob(
  client: ScriptClient,
  { queue, keys }: QueueContext,
  id: string,
): Promise<JobSummary | undefined> {
  return readSummary(queue, (await scripts.find.run(client, keys.channel, [keys.prefix, id])) as SummaryRow);
}

/** Undefined when the queue has no job of that id. */
export async function readDetails(
  client: ScriptClient,
  { queue, keys }: QueueContext,
  id: string,
): Promise<JobDetails | undefined> {
  const answer = await scripts.details.run(client, keys.channel, [keys.prefix, id, MOST_LOG_LINES]);
  const [row, fields, log, steps] = answer as DetailsAnswer;
  const summary = readSummary(queue, row);
  if (summary === undefined) return undefined;
  const [payload, result, stacks, progress, history, options] = fields.map((field) => field ?? undefined);
  return {
    ...summary,
    payload: payload ?? '{}',
    meta: storedMeta(options) ?? NO_META,
    result: summary.place === 'acked' ? result : undefined,
    stack: lastStack(stacks),
    progress,
    log,
    steps: readSteps(steps),
    attempts: attemptsOf(summary, readHistory(history)),
  };
}

/** What `rowOf` returns. The score is that of a delayed job. */
type SummaryRow = readonly [id: string, place: JobPlace, score: string | null, fields: readonly (string | null)[]];

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
    dueAtMs: score === null ? undefined : Math.floor(Number(score) / CONSTANTS.dueUnitsPerMs),
    startedAtMs: timeOf(startedAt),
    endedAtMs: timeOf(endedAt),
    workerId: workerId ?? undefined,
  };
}

function timeOf(text: string | null | undefined): number | undefined {
  return text == null ? undefined : Number(text);
}

type DetailsAnswer = readonly [
  row: SummaryRow,
  fields: readonly (string | null)[],
  log: readonly string[],
  steps: readonly string[],
];

/** As many as a queue of Acktor keeps; other clients may keep more. */
const MOST_LOG_LINES = 1_000;
