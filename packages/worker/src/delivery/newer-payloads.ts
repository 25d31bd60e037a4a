// Payloads of a newer version than this worker's contract knows: left to newer workers, while a deploy goes on.
import type { AnyJob } from '@acktor/core';
import { backoffDelayMs, type JobRecord, type GuardedLog } from '@acktor/core/broker';
import type { Clock } from '../channel/clock.js';
import type { Rejected } from '../consumer/consumer-protocol.js';

/** Gives them back, and says so once for each job and version. */
export class NewerPayloads {
  readonly #log: GuardedLog;
  readonly #clock: Clock;
  readonly #said = new Set<string>();
  #lastReturnMs = 0;

  constructor({ log, clock }: { readonly log: GuardedLog; readonly clock: Clock }) {
    this.#log = log;
    this.#clock = clock;
  }

  /**
   * How a delivery ends whose payload is too new: back to the queue for a while, without counting an attempt. A few come back
   * within a second, to meet a newer worker soon; of a queue full of them, each worker lets so many come back a second.
   */
  leave(record: JobRecord, job: AnyJob): Rejected {
    this.#say(record, job);
    // Every start that no rejection and no lost lease accounts for was one of these, or a requeue.
    const timesLeft = record.deliveries - record.attemptsMade - record.leasesLost;
    const delayMs = Math.min(FIRST_MS * 2 ** Math.max(timesLeft - 1, 0), ORDINARY_MS);
    const nowMs = this.#clock.now();
    const wishedMs = nowMs + backoffDelayMs({ type: 'fixed', delayMs, jitter: 0.5 }, 1);
    this.#lastReturnMs = Math.max(this.#lastReturnMs + SPACING_MS, wishedMs);
    return { kind: 'requeue', afterMs: this.#lastReturnMs - nowMs, isForOthers: true };
  }

  #say({ name, version, queue }: JobRecord, job: AnyJob): void {
    const what = `${name} ${version}`;
    if (this.#said.has(what)) return;
    this.#said.add(what);
    const facts = { job: name, queue, version, knows: job.version };
    this.#log.warn(facts, 'payloads of a newer version wait for a newer worker; this one leaves them');
  }
}

const FIRST_MS = 250;
const ORDINARY_MS = 1_000;
/** A hundred a second. Each is a fetch and a settlement, below 100 µs of the server's time: a percent of it for each worker. */
const SPACING_MS = 10;
