// What is kept with a job of a delivery that ended without an ack.
import type { AttemptEnd, AttemptNote, LeasedJob } from '@acktor/core/broker';
import type { Rejected } from '../consumer/consumer-protocol.js';

/** A delivery that is over. */
export interface EndedDelivery {
  readonly job: LeasedJob;
  readonly settlement: Rejected;
  readonly worker: string;
}

export function attemptNote({ job, settlement, worker }: EndedDelivery): AttemptNote {
  return {
    attempt: job.record.attemptsMade + 1,
    fence: job.record.deliveries,
    worker,
    end: endOf(settlement),
    ...reasonOf(settlement),
  };
}

function reasonOf(settlement: Rejected): { readonly reason?: string } {
  if (settlement.kind !== 'requeue') return { reason: settlement.failure.reason };
  return settlement.reason === undefined ? {} : { reason: settlement.reason };
}

function endOf(settlement: Rejected): AttemptEnd {
  if (settlement.kind === 'requeue') return 'requeued';
  return settlement.failure.isThrown ? 'threw' : 'rejected';
}
