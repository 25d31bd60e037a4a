// Payloads of a newer version than this worker's contract: left to newer workers, while a deploy goes on.
import type { AnyJob } from '@acktor/core';
import type { JobRecord } from '@acktor/core/engine';
import { type GuardedLog, backoffDelayMs } from '@acktor/core/internal';
import type { Rejected } from '../consumer/consumer-protocol.js';
import type { Clock } from '../channel/clock.js';

/** Gives them back, and logs that once for each job and version. */
export class NewerPayloads {
  readonly #log: GuardedLog;
  readonly #laterReturns: LaterReturns;
  readonly #logged = new Set<string>();

  constructor({ log, laterReturns }: { readonly log: GuardedLog; readonly laterReturns: LaterReturns }) {
    this.#log = log;
    this.#laterReturns = laterReturns;
  }

  /** Returns how a delivery ends whose payload is too new: back to the queue for a while, without counting an attempt. */
  leave(record: JobRecord, job: AnyJob): Rejected {
    this.#logOnce(record, job);
    return { kind: 'requeue', afterMs: this.#laterReturns.afterMs(record), isForOthers: true };
  }

  #logOnce({ name, version, queue }: JobRecord, job: AnyJob): void {
    const what = `${name} ${version}`;
    if (this.#logged.has(what)) return;
    this.#logged.add(what);
    const facts = { job: name, queue, version, knows: job.version };
    this.#log.warn(facts, 'payloads of a newer version wait for a newer worker; this one leaves them');
  }
}

/**
 * When deliveries that are for other workers come back. A few come back within a second; of a queue full of them, each worker lets a
 * hundred a second come back. Shared by the consumers of a queue.
 */
export class LaterReturns {
  readonly #clock: Pick<Clock, 'now'>;
  #lastReturnMs = 0;

  constructor({ clock }: { readonly clock: Pick<Clock, 'now'> }) {
    this.#clock = clock;
  }

  /** Returns in how many milliseconds the next one is to come back. */
  afterMs({ deliveries, attemptsMade, leasesLost }: JobRecord): number {
    // Every start that no rejection and no lost lease accounts for was one of these, or a requeue.
    const timesDelayed = deliveries - attemptsMade - leasesLost;
    const delayMs = Math.min(FIRST_MS * 2 ** Math.max(timesDelayed - 1, 0), ORDINARY_MS);
    const nowMs = this.#clock.now();
    const wantedMs = nowMs + backoffDelayMs({ type: 'fixed', delayMs, jitter: 0.5 }, 1);
    this.#lastReturnMs = Math.max(this.#lastReturnMs + SPACING_MS, wantedMs);
    return this.#lastReturnMs - nowMs;
  }
}

const FIRST_MS = 250;
const ORDINARY_MS = 1_000;
/** A hundred a second. Each is a fetch and a settlement, below 100 µs of the server's time: one percent of it for each worker. */
const SPACING_MS = 10;
