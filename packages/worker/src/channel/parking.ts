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

  /** Wakes those that have been idle longest, at most `count`, and answers who they are. */
  wake(count: number): readonly ConsumerRef[] {
    const woken = [...this.#parked.keys()].slice(0, count);
    for (const consumer of woken) {
      this.#parked.delete(consumer);
      consumer.send({ type: 'work.ready' });
    }
    return woken;
  }
}
