// What is kept with a job of a delivery that ended without an ack.
import type { AttemptEnd, AttemptNote, LeasedJob } from '@acktor/core/engine';
import { cutText, type FailureLimits } from '@acktor/core/internal';
import type { Rejected } from '../consumer/consumer-protocol.js';

/** A delivery that is over. */
export interface EndedDelivery {
  readonly job: LeasedJob;
  readonly settlement: Rejected;
  readonly worker: string;
}

/** Its reason is cut: all that a job keeps of its attempts is read and written whenever one is added. */
export function attemptNote(
  { job, settlement, worker }: EndedDelivery,
  { maxHistoryReasonBytes }: Pick<FailureLimits, 'maxHistoryReasonBytes'>,
): AttemptNote {
  return {
    attempt: job.record.attemptsMade + 1,
    fence: job.record.deliveries,
    worker,
    end: endOf(settlement),
    ...reasonOf(settlement, maxHistoryReasonBytes),
  };
}

function reasonOf(settlement: Rejected, maxBytes: number): { readonly reason?: string } {
  const reason = settlement.kind === 'requeue' ? settlement.reason : settlement.failure.reason;
  return reason === undefined ? {} : { reason: cutText(reason, maxBytes) };
}

function endOf(settlement: Rejected): AttemptEnd {
  if (settlement.kind === 'requeue') return 'requeued';
  return settlement.failure.isThrown ? 'threw' : 'rejected';
}
