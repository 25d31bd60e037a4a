// One job in short, as the admin's scripts answer it.
import type { JobPlace, JobSummary } from '../../../../operator/queue-admin.js';
import { DUE_UNITS_PER_MS } from './depths.js';

/** What `rowOf` answers. The score is that of a delayed job. */
export type SummaryRow = readonly [
  id: string,
  place: JobPlace,
  score: string | null,
  fields: readonly (string | null)[],
];

/** Defines `rowOf(id, place, score)`. Expects `prefix`. */
export const summaryRow = `
local function rowOf(id, place, score)
  return { id, place, score or false, redis.call('HMGET', prefix .. id, 'name', 'timestamp', 'atm', 'ats', 'priority',
    'failedReason', 'processedOn', 'finishedOn', 'pb') }
end`;

/** Undefined for a job that is gone: its id may stand in a list for a moment longer. */
export function readSummary(queue: string, [id, place, score, fields]: SummaryRow): JobSummary | undefined {
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
