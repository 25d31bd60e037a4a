// What a channel holds, under leases that are renewed meanwhile: at most one delivery for each consumer, and what no consumer has.
import type { LeasedJob } from '@acktor/core/engine';
import type { ConsumerRef } from '../consumer/consumer-protocol.js';
import { Seats } from './seats.js';

export class HeldDeliveries {
  readonly #held = new Seats<HeldDelivery>();
  readonly #loose = new Set<LeasedJob>();
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
  holdLoosely(job: LeasedJob): void {
    this.#loose.add(job);
  }

  releaseLoose(job: LeasedJob): void {
    this.#loose.delete(job);
  }

  /** All of it. */
  jobs(): readonly LeasedJob[] {
    return [...this.inHands(), ...this.#loose];
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
