// The line from a channel to its queue: gathers what consumers ask for in one turn, and keeps two calls in flight.
import type { ChannelAnswer, ChannelRequest, LeasedJob } from '@acktor/core/engine';
import { ServerRefusalError, UnwritableCallError } from '@acktor/core';
import type { Wish } from './wishes.js';

/** How a line calls, and whom it tells. */
export interface CallLineDeps {
  readonly toRequest: (wish: Wish) => ChannelRequest;
  readonly settleAndFetch: (requests: readonly ChannelRequest[]) => Promise<ChannelAnswer>;
  readonly onAnswer: (wishes: readonly Wish[], answer: ChannelAnswer) => void;
  /** The call failed as a whole; what became of its requests is unknown. The line is held then, until `resume()`. */
  readonly onFailure: (wishes: readonly Wish[], error: unknown) => void;
  /** The most requests in one call, from 1. */
  readonly mostPerCall: number;
  /** What a wish weighs in a call. One heavier than {@link HEAVIEST_CALL} goes alone. */
  readonly weightOf: (wish: Wish) => number;
}

/** Requests wait here for the end of the turn, for a free call, and while the line is held. */
export class CallLine {
  readonly #deps: CallLineDeps;
  readonly #whenQuiet: (() => void)[] = [];
  readonly #waiting: Wish[] = [];
  #callsInFlight = 0;
  #isFlushDue = false;
  #isHeld = false;

  constructor(deps: CallLineDeps) {
    this.#deps = deps;
  }

  add(wish: Wish): void {
    this.#waiting.push(wish);
    this.#flushSoon();
  }

  /** Takes back a wish, and answers whether it was in time: once called, a wish is answered. */
  withdraw(wish: Wish): boolean {
    const at = this.#waiting.indexOf(wish);
    if (at >= 0) this.#waiting.splice(at, 1);
    return at >= 0;
  }

  /** Lets nothing more out; what is in flight goes on. */
  hold(): void {
    this.#isHeld = true;
  }

  resume(): void {
    this.#isHeld = false;
    this.#flushSoon();
  }

  /** Resolves when no call is in flight and, unless the line is held, nothing waits. */
  quiet(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenQuiet.push(resolve);
      this.#tellIfQuiet();
    });
  }

  // Handlers that end in the same turn take a few microtasks each; the next macrotask finds them all.
  #flushSoon(): void {
    if (this.#isFlushDue || this.#isHeld || this.#waiting.length === 0) return;
    this.#isFlushDue = true;
    setImmediate(() => {
      this.#isFlushDue = false;
      this.#flush();
    });
  }

  #flush(fewest = 1): void {
    while (!this.#isHeld && this.#waiting.length >= fewest && this.#callsInFlight < MOST_CALLS_IN_FLIGHT) {
      void this.#call(this.#waiting.splice(0, this.#nextCount()));
    }
  }

  /** How many of those that wait go in the next call. */
  #nextCount(): number {
    const { weightOf, mostPerCall } = this.#deps;
    const most = Math.min(mostPerCall, this.#waiting.length);
    let weight = 0;
    let count = 0;
    for (; count < most; count += 1) {
      const wish = this.#waiting[count];
      weight += wish === undefined ? 0 : weightOf(wish);
      if (weight > HEAVIEST_CALL) break;
    }
    return Math.max(count, 1);
  }

  async #call(wishes: readonly Wish[]): Promise<void> {
    const { onAnswer, onFailure, mostPerCall } = this.#deps;
    this.#callsInFlight += 1;
    const end = await this.#asked(wishes).then(
      (answer) => () => onAnswer(wishes, answer),
      (error: unknown) => {
        this.hold();
        return () => onFailure(wishes, error);
      },
    );
    this.#callsInFlight -= 1;
    // A full call goes first: the server works on it while its answer to the other is worked on here.
    this.#flush(mostPerCall);
    end();
    this.#flushSoon();
    this.#tellIfQuiet();
  }

  /** Async, so that an engine that throws where it should reject fails a call, and not the process. */
  async #asked(wishes: readonly Wish[]): Promise<ChannelAnswer> {
    const { toRequest, settleAndFetch } = this.#deps;
    return settleAndFetch(wishes.map(toRequest));
  }

  #tellIfQuiet(): void {
    if (this.#callsInFlight > 0 || (this.#waiting.length > 0 && !this.#isHeld)) return;
    for (const tell of this.#whenQuiet.splice(0)) tell();
  }
}

/** How many requests a call of so many consumers carries at most: half of them, so that two calls can be in flight. */
export function callSize(consumers: number): number {
  return Math.min(Math.max(Math.ceil(consumers / 2), 1), MOST_PER_CALL);
}

/** Some 35 µs of the server's time a job (BullMQ 6.7): a call stays near 2 ms, so that others get their turn. */
const MOST_PER_CALL = 50;

/** In UTF-16 units of text: what a server, or the way to it, does not take for its size then keeps nobody else waiting. */
export const HEAVIEST_CALL = 1_048_576;

/** One for Redis to work on while Node works on the other's answer. */
const MOST_CALLS_IN_FLIGHT = 2;

/**
 * Tells a fault of one request from one of the server.
 *
 * A call may be refused because of one thing in it: a text that is too long for the server or for something before it, say. Which one, nobody
 * says; so each settlement of the call goes alone the next time, and one that is refused alone is guilty.
 */
export class Suspects {
  readonly #jobs = new WeakSet<LeasedJob>();
  /** Asked first: nearly always there has never been one, and each settlement asks. */
  #hasSuspects = false;

  /** What a wish weighs in a call: the text of its result, which is all of it that can be long. A suspect goes alone. */
  weightOf({ settle }: Wish): number {
    if (settle === undefined) return 0;
    if (this.#hasSuspects && this.#jobs.has(settle.job)) return HEAVIEST_CALL + 1;
    return settle.settlement.kind === 'ack' ? settle.settlement.result.length : 0;
  }

  /** Notes the failure of a call. Answers whether its only wish is a settlement that had been refused before, and is now refused alone. */
  judge(wishes: readonly Wish[], error: unknown): boolean {
    if (!isOfTheCall(error)) return false;
    const [first] = wishes;
    if (wishes.length === 1 && first?.settle && this.#jobs.has(first.settle.job)) return true;
    this.#hasSuspects = true;
    for (const { settle } of wishes) if (settle) this.#jobs.add(settle.job);
    return false;
  }
}

/** Whether a call may have been refused for what is in it. */
function isOfTheCall(error: unknown): boolean {
  if (error instanceof UnwritableCallError) return true;
  return error instanceof ServerRefusalError && error.about === 'call';
}
