// A job's deliveries, put together from what is remembered of those that are over and from the job itself: for any engine.
import type { PastAttempt } from '../dead-letters/past-attempt.js';
import type { JobAttempt, JobSummary } from './queue-admin.js';

/** Oldest first. */
export function attemptsOf(job: JobSummary, history: readonly PastAttempt[]): readonly JobAttempt[] {
  const last = lastDelivery(job, history);
  const next = last?.attempt ?? nextAttempt(job);
  const past = history.map((entry, i) => pastDelivery(entry, history[i + 1]?.attempt ?? next));
  return last === undefined ? past : [...past, last];
}

/** The attempt that comes after all that is remembered; undefined for a dead letter, after which none comes. */
function nextAttempt({ place, attemptsMade }: JobSummary): number | undefined {
  return place === 'deadLettered' ? undefined : attemptsMade + 1;
}

/** The delivery that is under way or was acked; or that which ended a job of another client, which keeps no history. */
function lastDelivery(job: JobSummary, history: readonly PastAttempt[]): JobAttempt | undefined {
  const { place, attemptsMade, workerId, startedAtMs, endedAtMs, deliveries } = job;
  const delivery = { workerId, startedAtMs, path: [] };
  if (place === 'active')
    return { ...delivery, attempt: attemptsMade + 1, endedAtMs: undefined, end: undefined, reason: undefined };
  if (place === 'acked') return { ...delivery, attempt: attemptsMade, endedAtMs, end: 'acked', reason: undefined };
  const isRemembered = history.at(-1)?.fence === deliveries;
  if (place !== 'deadLettered' || isRemembered || startedAtMs === undefined) return undefined;
  return { ...delivery, attempt: attemptsMade, endedAtMs, end: 'deadLettered', reason: job.reason };
}

function pastDelivery(entry: PastAttempt, next: number | undefined): JobAttempt {
  const { attempt, worker, startedAtMs, endedAtMs, reason, path } = entry;
  return { attempt, workerId: worker || undefined, startedAtMs, endedAtMs, end: endOf(entry, next), reason, path };
}

/** A rejection is followed by a higher attempt, unless the job died of it: then by none, or, redriven, by its first. */
function endOf({ end, attempt }: PastAttempt, next: number | undefined): JobAttempt['end'] {
  if (end === 'returned') return 'acked';
  if (end !== 'threw' && end !== 'rejected') return end;
  return next !== undefined && next > attempt ? 'retried' : 'deadLettered';
}
