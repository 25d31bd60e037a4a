// Where idle consumers wait: woken in the order in which they came, so that they take turns.
import type { ConsumerRef } from '../consumer/consumer-protocol.js';

export class Parking {
  readonly #parked = new Map<ConsumerRef, number>();

  get isEmpty(): boolean {
    return this.#parked.size === 0;
  }

  park(consumer: ConsumerRef, nowMs: number): void {
    this.#parked.set(consumer, nowMs);
  }

  /** Since when it is parked; undefined when it is not. */
  parkedSinceMs(consumer: ConsumerRef): number | undefined {
    return this.#parked.get(consumer);
  }

  /** Answers whether the consumer was parked. */
  leave(consumer: ConsumerRef): boolean {
    return this.#parked.delete(consumer);
  }

  /** Who has been idle longest, and is woken next. */
  get next(): ConsumerRef | undefined {
    return this.#parked.keys().next().value;
  }

  /** Wakes those that have been idle longest, at most `count`. */
  wake(count: number): void {
    for (const consumer of [...this.#parked.keys()].slice(0, count)) {
      this.#parked.delete(consumer);
      consumer.send({ type: 'work.ready' });
    }
  }
}
