// What the consumers of a channel have asked for and were not yet answered.
import type { AnsweredTokens, Settling, ChannelReply, ChannelRequest, LeasedJob } from '@acktor/core/engine';
import type { ConsumerRef } from '../consumer/consumer-protocol.js';

/** One wish of each consumer at a time. A wish for a delivery has a lease token, `process|n`, which none had before. */
export class Wishes {
  readonly #process: string;
  readonly #open = new PerConsumer<Wish>();
  #lastToken = 0;

  constructor(process: string) {
    this.#process = process;
  }

  begin(consumer: ConsumerRef, settle: Settling | undefined, wantsDelivery: boolean): Wish {
    const wish = { consumer, settle, leaseToken: wantsDelivery ? this.#newToken() : undefined };
    this.#open.set(consumer, wish);
    return wish;
  }

  /**
   * The same once more, when a call has failed; undefined when the consumer has left. Under a token of its own: what that call has leased,
   * or leases late, is not what is asked for now.
   */
  again(wish: Wish): Wish | undefined {
    const { consumer, settle, leaseToken } = wish;
    if (consumer === undefined) return wish;
    return this.#open.get(consumer) ? this.begin(consumer, settle, leaseToken !== undefined) : undefined;
  }

  /** The consumer is answered. Returns what it had asked for. */
  end(consumer: ConsumerRef): Wish | undefined {
    return this.#open.take(consumer);
  }

  /** The consumer has left. Returns what it had asked for. */
  leave(consumer: ConsumerRef): Wish | undefined {
    this.#open.leave(consumer);
    return this.#open.take(consumer);
  }

  /** The tokens before the first that is not answered: wishes go to the server in the order of their tokens. */
  get answered(): AnsweredTokens {
    let last = this.#lastToken;
    for (const [, { leaseToken }] of this.#open.entries())
      if (leaseToken !== undefined) last = Math.min(last, numberOf(leaseToken) - 1);
    return { process: this.#process, last };
  }

  #newToken(): string {
    this.#lastToken += 1;
    return `${this.#process}|${this.#lastToken}`;
  }
}

function numberOf(token: string): number {
  return Number(token.slice(token.lastIndexOf('|') + 1));
}

/** A request of a consumer, or of the channel itself when it settles what nobody holds. */
export interface Wish {
  readonly consumer: ConsumerRef | undefined;
  readonly settle: Settling | undefined;
  /** The lease token under which a delivery is wanted, if one is. */
  readonly leaseToken: string | undefined;
}

/** Why a settlement did not hold, and what was fetched in the same request. */
export interface Refusal extends Pick<ChannelReply, 'settled' | 'error'> {
  readonly next: LeasedJob | undefined;
}

/** The wish as the broker takes it. */
export function toRequest({ settle, leaseToken }: Wish): ChannelRequest {
  if (settle === undefined) return leaseToken === undefined ? {} : { fetch: leaseToken };
  return leaseToken === undefined ? { settle } : { settle, fetch: leaseToken };
}

/** For a wish that the server's answer leaves out. */
export const NO_REPLY: ChannelReply = { settled: undefined, fetched: undefined, error: undefined };

/**
 * At most one value for each consumer, as a map from consumers would hold it, but for values that come and go with each delivery: a
 * consumer keeps its entry until it has left.
 *
 * A `Map` that entries are added to and deleted from grows a new table every so often, and V8 (Node 20) chains the tables: once one of them
 * is old, all that come after it live until the next full collection, with every delivery that was in them when they were left. A delivery
 * cost a worker 23 µs of processor time so, and costs 18 without (40,000 no-ops, 50 consumers).
 */
export class PerConsumer<Value> {
  readonly #entries = new Map<ConsumerRef, Entry<Value>>();

  get(consumer: ConsumerRef): Value | undefined {
    return this.#entries.get(consumer)?.value;
  }

  set(consumer: ConsumerRef, value: Value): void {
    const entry = this.#entries.get(consumer);
    if (entry === undefined) this.#entries.set(consumer, { value, hasLeft: false });
    else entry.value = value;
  }

  /** Removes the consumer's value, and returns it. */
  take(consumer: ConsumerRef): Value | undefined {
    const entry = this.#entries.get(consumer);
    if (entry === undefined) return undefined;
    const { value } = entry;
    entry.value = undefined;
    if (entry.hasLeft) this.#entries.delete(consumer);
    return value;
  }

  /** The consumer has left and gets no further value: its entry is removed, now or with the value that it still has. */
  leave(consumer: ConsumerRef): void {
    const entry = this.#entries.get(consumer);
    if (entry === undefined) return;
    entry.hasLeft = true;
    if (entry.value === undefined) this.#entries.delete(consumer);
  }

  /** The consumers that have a value, each with it. */
  *entries(): Iterable<readonly [ConsumerRef, Value]> {
    for (const [consumer, { value }] of this.#entries) if (value !== undefined) yield [consumer, value];
  }
}

interface Entry<Value> {
  value: Value | undefined;
  hasLeft: boolean;
}
