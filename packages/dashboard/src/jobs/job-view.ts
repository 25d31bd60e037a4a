// Jobs as the page shows them.
import type { JobDetails, JobSummary } from '@acktor/core/engine';
import type { JobLine, JobView } from '../protocol/requests.js';
import type { Redaction } from './redaction.js';

export function jobLine(job: JobSummary): JobLine {
  const { queue, id, name, place, sentAtMs, attemptsMade, deliveries, reason } = job;
  return { queue, id, name, place, sentAtMs, attemptsMade, deliveries, reason };
}

/** @param redaction of the result; undefined for who may not see results. */
export function jobView(job: JobDetails, redaction: Redaction | undefined): JobView {
  const { priority, dueAtMs, endedAtMs, stack, progress, log, attempts, result } = job;
  const shown = result === undefined ? undefined : redaction?.hide('result', result);
  return { ...jobLine(job), priority, dueAtMs, endedAtMs, stack, progress, log, attempts, result: shown };
}
