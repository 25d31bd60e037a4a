// What the consumers of a channel have asked for and were not yet answered.
import type { AnsweredTokens, Settling } from '@acktor/core/broker';
import type { ConsumerRef } from '../consumer/consumer-protocol.js';
import type { Wish } from './wish.js';

/** One wish of each consumer at a time. A wish for a delivery has a lease token, `process|n`, which none had before. */
export class Wishes {
  readonly #process: string;
  readonly #open = new Map<ConsumerRef, Wish>();
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
    return this.#open.has(consumer) ? this.begin(consumer, settle, leaseToken !== undefined) : undefined;
  }

  /** The consumer is answered, or has left. Answers what it had asked for. */
  end(consumer: ConsumerRef): Wish | undefined {
    const wish = this.#open.get(consumer);
    this.#open.delete(consumer);
    return wish;
  }

  /** The tokens before the first that is not answered: wishes go to the server in the order of their tokens. */
  get answered(): AnsweredTokens {
    let last = this.#lastToken;
    for (const { leaseToken } of this.#open.values())
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
