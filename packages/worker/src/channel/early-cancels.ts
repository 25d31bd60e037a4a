// Cancels of deliveries that are still on their way: the word comes on another connection, and can overtake the job that it is about.
import type { CancelRequest, LeasedJob } from '@acktor/core/broker';

/** A cancel as the consumers of one queue hear of it. */
export type JobCancel = Omit<CancelRequest, 'queue'>;

/** Remembers them for as long as a reply may take. Every worker hears every cancel, so most are of others' jobs. */
export class EarlyCancels {
  readonly #byJob = new Map<string, JobCancel & { readonly untilMs: number }>();

  /** One that says which delivery it is of: a job's later delivery may be wanted again. */
  remember(cancel: JobCancel, nowMs: number): void {
    if (cancel.fence === undefined) return;
    for (const [jobId, { untilMs }] of this.#byJob) {
      if (untilMs > nowMs && this.#byJob.size < MOST_REMEMBERED) break;
      this.#byJob.delete(jobId);
    }
    this.#byJob.set(cancel.jobId, { ...cancel, untilMs: nowMs + REMEMBERED_FOR_MS });
  }

  /** Why this very delivery is cancelled; undefined when it is not. */
  take({ record }: LeasedJob): string | undefined {
    const cancel = this.#byJob.size > 0 ? this.#byJob.get(record.id) : undefined;
    if (cancel?.fence !== record.deliveries) return undefined;
    this.#byJob.delete(record.id);
    return cancel.why;
  }
}

/** No reply takes longer: the connection counts as dead then. */
const REMEMBERED_FOR_MS = 15_000;
const MOST_REMEMBERED = 1_000;
