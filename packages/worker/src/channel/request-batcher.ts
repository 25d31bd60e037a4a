// Gathers the requests of one turn of the event loop into batches, and keeps two batches in flight.
import type { ChannelAnswer, ChannelRequest, LeasedJob } from '@acktor/core/engine';
import { ServerRefusalError, UnwritableCallError } from '@acktor/core';
import type { DeliveryRow } from './delivery-table.js';

export interface RequestBatcherDeps {
  readonly settleAndFetch: (requests: readonly ChannelRequest[]) => Promise<ChannelAnswer>;
  readonly onAnswer: (rows: readonly DeliveryRow[], answer: ChannelAnswer) => void;
  /** Called when a batch failed as a whole; what became of its requests is unknown. Nothing is sent then until `resume()`. */
  readonly onFailure: (rows: readonly DeliveryRow[], error: unknown) => void;
  /** The most requests in one batch, from 1. */
  readonly mostPerBatch: number;
  /** What a request weighs in a batch. One heavier than {@link HEAVIEST_BATCH} goes alone. */
  readonly weightOf: (row: DeliveryRow) => number;
}

/** Requests wait here for the end of the turn, for a free place in flight, and while the batcher is held. */
export class RequestBatcher {
  readonly #deps: RequestBatcherDeps;
  readonly #whenQuiet: (() => void)[] = [];
  readonly #waiting: DeliveryRow[] = [];
  #inFlight = 0;
  #isFlushDue = false;
  #isHeld = false;

  constructor(deps: RequestBatcherDeps) {
    this.#deps = deps;
  }

  /** Whether nothing is sent for now. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Sends the row's request with the others of this turn. */
  add(row: DeliveryRow): void {
    this.#waiting.push(row);
    this.#flushSoon();
  }

  /** Takes a request back. Returns whether it was in time: one that is in flight will be answered. */
  withdraw(row: DeliveryRow): boolean {
    const at = this.#waiting.indexOf(row);
    if (at >= 0) this.#waiting.splice(at, 1);
    return at >= 0;
  }

  /** Sends nothing more; what is in flight goes on. */
  hold(): void {
    this.#isHeld = true;
  }

  resume(): void {
    this.#isHeld = false;
    this.#flushSoon();
  }

  /** Resolves when nothing is in flight and, unless the batcher is held, nothing waits. */
  quiet(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenQuiet.push(resolve);
      this.#resolveIfQuiet();
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
    while (!this.#isHeld && this.#waiting.length >= fewest && this.#inFlight < MOST_IN_FLIGHT) {
      void this.#send(this.#waiting.splice(0, this.#nextCount()));
    }
  }

  /** How many of those that wait go in the next batch. */
  #nextCount(): number {
    const { weightOf, mostPerBatch } = this.#deps;
    const most = Math.min(mostPerBatch, this.#waiting.length);
    let weight = 0;
    let count = 0;
    for (; count < most; count += 1) {
      const row = this.#waiting[count];
      weight += row === undefined ? 0 : weightOf(row);
      if (weight > HEAVIEST_BATCH) break;
    }
    return Math.max(count, 1);
  }

  async #send(rows: readonly DeliveryRow[]): Promise<void> {
    const { onAnswer, onFailure, mostPerBatch } = this.#deps;
    this.#inFlight += 1;
    const end = await this.#call(rows).then(
      (answer) => () => onAnswer(rows, answer),
      (error: unknown) => {
        this.hold();
        return () => onFailure(rows, error);
      },
    );
    this.#inFlight -= 1;
    // A full batch goes first: the server works on it while its answer to the other is worked on here.
    this.#flush(mostPerBatch);
    end();
    this.#flushSoon();
    this.#resolveIfQuiet();
  }

  /** Async, so that an engine that throws where it should reject fails a batch, and not the process. */
  async #call(rows: readonly DeliveryRow[]): Promise<ChannelAnswer> {
    return this.#deps.settleAndFetch(rows.map(requestOf));
  }

  #resolveIfQuiet(): void {
    if (this.#inFlight > 0 || (this.#waiting.length > 0 && !this.#isHeld)) return;
    for (const resolve of this.#whenQuiet.splice(0)) resolve();
  }
}

function requestOf({ request }: DeliveryRow): ChannelRequest {
  return request ?? {};
}

/** The most requests in a batch for so many consumers: half of them, so that two batches can be in flight. */
export function batchSize(consumers: number): number {
  return Math.min(Math.max(Math.ceil(consumers / 2), 1), MOST_PER_BATCH);
}

/** Some 35 µs of the server's time a job (BullMQ 6.7): a batch stays near 2 ms, so that others get their turn. */
const MOST_PER_BATCH = 50;

/** In UTF-16 units of text: what a server, or a proxy before it, refuses for its size then keeps nothing else waiting. */
export const HEAVIEST_BATCH = 1_048_576;

/** One for Redis to work on while Node works on the other's answer. */
const MOST_IN_FLIGHT = 2;

/**
 * Separates a fault of one request from one of the server.
 *
 * A batch may be refused because of one thing in it, such as a text that is too long for the server or for a proxy before it. The refusal
 * does not say which; so each settlement of the batch goes alone the next time, and one that is refused alone is guilty.
 */
export class Suspects {
  readonly #jobs = new WeakSet<LeasedJob>();
  /** Asked first: nearly always there has never been one, and each settlement asks. */
  #hasSuspects = false;

  /** What a row's request weighs: the text of its result, which is all of it that can be long. A suspect goes alone. */
  weightOf({ request }: DeliveryRow): number {
    const settle = request?.settle;
    if (settle === undefined) return 0;
    if (this.#hasSuspects && this.#jobs.has(settle.job)) return HEAVIEST_BATCH + 1;
    return settle.settlement.kind === 'ack' ? settle.settlement.result.length : 0;
  }

  /** Notes a failed batch. Returns whether its only request is a settlement that was refused before, and now is refused alone. */
  judge(rows: readonly DeliveryRow[], error: unknown): boolean {
    if (!isOfTheBatch(error)) return false;
    const jobs = rows.flatMap(({ request }) => request?.settle?.job ?? []);
    const [first] = jobs;
    if (rows.length === 1 && first && this.#jobs.has(first)) return true;
    this.#hasSuspects = true;
    for (const job of jobs) this.#jobs.add(job);
    return false;
  }
}

/** Whether a batch may have been refused for what is in it. */
function isOfTheBatch(error: unknown): boolean {
  if (error instanceof UnwritableCallError) return true;
  return error instanceof ServerRefusalError && error.about === 'call';
}
