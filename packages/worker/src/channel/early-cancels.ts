// Cancels of deliveries that are still on their way: the word comes on another connection, and can overtake the job that it is about.
import type { CancelRequest, LeasedJob } from '@acktor/core/engine';
import type { ConsumerRef } from '../consumer/consumer-protocol.js';

/** A cancel as the consumers of one queue hear of it. */
export type JobCancel = Omit<CancelRequest, 'queue'>;

/** Whether it is this delivery that is cancelled: a later one of the job may be wanted again. */
export function isCancelled({ record }: LeasedJob, { jobId, fence }: JobCancel): boolean {
  return record.id === jobId && (fence ?? record.deliveries) === record.deliveries;
}

/** Remembers them for as long as a reply may take. Every worker hears every cancel, so most are of others' jobs. */
export class EarlyCancels {
  readonly #byJob = new Map<string, JobCancel & { readonly untilMs: number }>();

  /** One that says which delivery it is of, or a later one would be taken for it. */
  remember(cancel: JobCancel, nowMs: number): void {
    if (cancel.fence === undefined) return;
    for (const [jobId, { untilMs }] of this.#byJob) {
      if (untilMs > nowMs && this.#byJob.size < MOST_REMEMBERED) break;
      this.#byJob.delete(jobId);
    }
    this.#byJob.set(cancel.jobId, { ...cancel, untilMs: nowMs + REMEMBERED_FOR_MS });
  }

  /** Tells who was handed a delivery that it is cancelled, if this very one is. */
  tell(consumer: ConsumerRef, job: LeasedJob): void {
    const cancel = this.#byJob.size > 0 ? this.#byJob.get(job.record.id) : undefined;
    if (cancel === undefined || !isCancelled(job, cancel)) return;
    this.#byJob.delete(cancel.jobId);
    consumer.send({ type: 'job.cancelled', why: cancel.why });
  }
}

/** No reply takes longer: the connection counts as dead then. */
const REMEMBERED_FOR_MS = 15_000;
const MOST_REMEMBERED = 1_000;
