// What each consumer of a channel has: one thing at a time, or nothing.
import type { ConsumerRef } from '../consumer/consumer-protocol.js';

/**
 * As a map from consumers, but for what comes and goes with each delivery: a consumer keeps its seat until it has left.
 *
 * A `Map` that entries are added to and deleted from grows a new table every so often, and V8 (Node 20) chains the tables: once one of them
 * is old, all that come after it live until the next full collection, with every delivery that was in them when they were left. That cost
 * a worker a third of its processor time.
 */
export class Seats<Value> {
  readonly #seats = new Map<ConsumerRef, Seat<Value>>();

  get(consumer: ConsumerRef): Value | undefined {
    return this.#seats.get(consumer)?.value;
  }

  set(consumer: ConsumerRef, value: Value): void {
    const seat = this.#seats.get(consumer);
    if (seat === undefined) this.#seats.set(consumer, { value, isLeft: false });
    else seat.value = value;
  }

  /** Takes away what the consumer has, and returns it. */
  take(consumer: ConsumerRef): Value | undefined {
    const seat = this.#seats.get(consumer);
    if (seat === undefined) return undefined;
    const { value } = seat;
    seat.value = undefined;
    if (seat.isLeft) this.#seats.delete(consumer);
    return value;
  }

  /** The consumer has left, and gets nothing more: its seat goes, now or with what it still has. */
  leave(consumer: ConsumerRef): void {
    const seat = this.#seats.get(consumer);
    if (seat === undefined) return;
    seat.isLeft = true;
    if (seat.value === undefined) this.#seats.delete(consumer);
  }

  /** Who has something, and what. */
  *entries(): Iterable<readonly [ConsumerRef, Value]> {
    for (const [consumer, { value }] of this.#seats) if (value !== undefined) yield [consumer, value];
  }
}

interface Seat<Value> {
  value: Value | undefined;
  isLeft: boolean;
}
