// A producer that sends without a pause, and what became of it: for faults that must happen under load.
import type { Confirm, Producer } from '@acktor/core';
import { ping } from '../jobs/notes.js';

export interface LoadOptions {
  readonly confirm: Confirm;
  /** Which queue of several, if not the contract's own. */
  readonly queue?: string;
}

/** Sends numbered pings, some at a time, until it is told to end. */
export class Load {
  /** The numbers of the pings that the server confirmed. */
  readonly confirmed = new Set<number>();
  readonly #senders: readonly Promise<void>[];
  #isEnding = false;
  #last = 0;

  constructor(producer: Producer, { confirm, queue = ping.queue }: LoadOptions) {
    this.#senders = Array.from({ length: AT_A_TIME }, () => this.#send(producer, queue, confirm));
  }

  /** Resolves with the numbers confirmed when everything that was sent is answered. */
  async end(): Promise<ReadonlySet<number>> {
    this.#isEnding = true;
    await Promise.all(this.#senders);
    return this.confirmed;
  }

  async #send(producer: Producer, queue: string, confirm: Confirm): Promise<void> {
    while (!this.#isEnding) {
      const n = (this.#last += 1);
      // A send that is not confirmed may be there or not: the producer was told.
      await producer.send({ ...ping, queue }, { n }, { confirm }).then(
        () => this.confirmed.add(n),
        () => undefined,
      );
    }
  }
}

/** Enough that something is always under way, few enough that two cores keep up. */
const AT_A_TIME = 4;
