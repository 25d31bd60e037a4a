// What a channel holds under leases that are renewed meanwhile: at most one delivery for each consumer, what no consumer has, and which of
// them are cancelled.
import type { LeasedJob, FetchedJob, Settling, CancelRequest } from '@acktor/core/engine';
import type { ConsumerRef } from '../consumer/consumer-protocol.js';
import { cutText } from '@acktor/core/internal';
import type { CallLine } from './call-line.js';
import { PerConsumer } from './wishes.js';

export class HeldDeliveries {
  readonly #held = new PerConsumer<HeldDelivery>();
  readonly #unowned = new Set<LeasedJob>();
  readonly #onRelease: (job: LeasedJob) => void;

  /** `onRelease` is told what a consumer holds no more. */
  constructor(onRelease: (job: LeasedJob) => void) {
    this.#onRelease = onRelease;
  }

  hold(consumer: ConsumerRef, held: HeldDelivery): void {
    this.#held.set(consumer, held);
  }

  /** Forgets what the consumer held, and answers it. */
  release(consumer: ConsumerRef): LeasedJob | undefined {
    const held = this.#held.take(consumer);
    if (held) this.#onRelease(held.job);
    return held?.job;
  }

  /** The consumer has left: what it still holds is released when its settlement is answered. */
  leave(consumer: ConsumerRef): void {
    this.#held.leave(consumer);
  }

  heldBy(consumer: ConsumerRef): LeasedJob | undefined {
    return this.#held.get(consumer)?.job;
  }

  /** Since when the consumer holds what it holds, in milliseconds since the epoch. */
  heldSinceMs(consumer: ConsumerRef): number | undefined {
    return this.#held.get(consumer)?.sinceMs;
  }

  /** Holds what no consumer does, until its settlement is answered. */
  holdUnowned(job: LeasedJob): void {
    this.#unowned.add(job);
  }

  releaseUnowned(job: LeasedJob): void {
    this.#unowned.delete(job);
  }

  /** All of it. */
  jobs(): readonly LeasedJob[] {
    return [...this.inHands(), ...this.#unowned];
  }

  /** What consumers hold. */
  inHands(): readonly LeasedJob[] {
    return Array.from(this.#held.entries(), ([, { job }]) => job);
  }

  /** Who holds a delivery that `isIt`. */
  holdersOf(isIt: (job: LeasedJob) => boolean): readonly ConsumerRef[] {
    return [...this.#held.entries()].filter(([, { job }]) => isIt(job)).map(([consumer]) => consumer);
  }
}

/** A delivery in a consumer's hands. */
export interface HeldDelivery {
  readonly job: LeasedJob;
  /** In milliseconds since the epoch. */
  readonly sinceMs: number;
}

type UnownedHolding = Pick<HeldDeliveries, 'holdUnowned' | 'releaseUnowned'>;

export class UnownedDeliveries {
  readonly #line: Pick<CallLine, 'add'>;
  readonly #held: UnownedHolding;

  constructor(line: Pick<CallLine, 'add'>, held: UnownedHolding) {
    this.#line = line;
    this.#held = held;
  }

  giveBack(job: LeasedJob | undefined): void {
    if (job) this.#settle({ job, settlement: { kind: 'requeue' } });
  }

  deadLetter(job: LeasedJob, reason: string): void {
    this.#settle({
      job,
      settlement: { kind: 'deadLetter', failure: { reason: cutText(reason, LONGEST_REASON), stack: undefined } },
    });
  }

  /** The job that was fetched, if it can be read; else it is dead-lettered and nobody gets it. */
  readable(fetched: FetchedJob | undefined): LeasedJob | undefined {
    if (fetched?.kind !== 'unreadable') return fetched?.job;
    this.deadLetter(fetched.job, `the job cannot be read: ${fetched.reason}`);
    return undefined;
  }

  /** What it asked for is answered, well or badly. */
  answered(settle: Settling | undefined): void {
    if (settle) this.#held.releaseUnowned(settle.job);
  }

  #settle(settle: Settling): void {
    this.#held.holdUnowned(settle.job);
    this.#line.add({ consumer: undefined, settle, leaseToken: undefined });
  }
}

/** In bytes. Of our own words, and of a server's. */
const LONGEST_REASON = 4_096;

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
