// What is kept with a job of a delivery that ended without an ack.
import type { AttemptEnd, AttemptRecord, LeasedJob } from '@acktor/core/broker';
import type { Rejected } from '../consumer/consumer-protocol.js';

/** A delivery that is over. Times in milliseconds since the epoch. */
export interface EndedDelivery {
  readonly job: LeasedJob;
  readonly settlement: Rejected;
  readonly worker: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

export function attemptRecord({ job, settlement, worker, startedAtMs, endedAtMs }: EndedDelivery): AttemptRecord {
  return {
    attempt: job.record.attemptsMade + 1,
    fence: job.record.deliveries,
    worker,
    startedAtMs,
    endedAtMs,
    end: endOf(settlement),
    ...reasonOf(settlement),
    path: [
      ['processing', startedAtMs],
      ['rejecting', endedAtMs],
    ],
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
