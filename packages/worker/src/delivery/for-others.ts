// Deliveries that are for other workers: payloads of a newer version than this one's contract, while a deploy goes on, and jobs that no
// handler here is for, while another program still handles them.
import type { AnyJob } from '@acktor/core';
import type { JobRecord, EngineClock } from '@acktor/core/engine';
import { type GuardedLog, backoffDelayMs } from '@acktor/core/internal';
import type { Rejected } from '../consumer/consumer-protocol.js';
import { deadLetter } from './settlement.js';

/** What becomes of a job that no handler is for. */
export type UnknownPolicy = 'deadLetter' | 'leave' | 'ack';

/** What becomes of jobs that no handler is for, and how often one is left to others at most. */
export interface UnknownRules {
  readonly unknown: UnknownPolicy;
  readonly mostTimesLeft: number;
}

/** What is left to others is left with these. */
export interface ForOthersDeps {
  readonly log: GuardedLog;
  readonly laterReturns: LaterReturns;
}

/** Gives newer payloads back, and logs that once for each job and version. */
export class NewerPayloads {
  readonly #deps: ForOthersDeps;
  readonly #logged = new Once();

  constructor(deps: ForOthersDeps) {
    this.#deps = deps;
  }

  /** Returns how a delivery ends whose payload is too new: back to the queue for a while, without counting an attempt. */
  leave(record: JobRecord, job: AnyJob): Rejected {
    const { name, version, queue } = record;
    const facts = { job: name, queue, version, knows: job.version };
    if (this.#logged.isFirst(`${name} ${version}`))
      this.#deps.log.warn(facts, 'payloads of a newer version wait for a newer worker; this one leaves them');
    return { kind: 'requeue', afterMs: this.#deps.laterReturns.afterMs(record), isForOthers: true };
  }
}

/** Decides what becomes of the jobs that no handler is for, and logs that once for each name. */
export class UnknownJobs {
  readonly #deps: ForOthersDeps;
  readonly #policy: UnknownPolicy;
  readonly #mostTimesLeft: number;
  readonly #logged = new Once();

  constructor({ unknown, mostTimesLeft }: UnknownRules, deps: ForOthersDeps) {
    this.#policy = unknown;
    this.#mostTimesLeft = mostTimesLeft;
    this.#deps = deps;
  }

  /** Returns how the delivery ends; `known` are the names of the jobs that there are handlers for. */
  end(record: JobRecord, known: Iterable<string>): Rejected | 'ack' {
    const { name, queue } = record;
    const isLeftForTooLong = this.#policy === 'leave' && record.deliveries > this.#mostTimesLeft;
    if (this.#policy === 'deadLetter' || isLeftForTooLong) return deadLetter(noHandler(record, known));
    const isAcked = this.#policy === 'ack';
    if (this.#logged.isFirst(name))
      this.#deps.log.warn({ job: name, queue }, isAcked ? 'no handler is for this job; it is acked' : LEFT);
    if (isAcked) return 'ack';
    return { kind: 'requeue', afterMs: this.#deps.laterReturns.afterMs(record, LONGEST_MS), isForOthers: true };
  }
}

const LEFT = 'no handler is for this job; it is left to other workers';

function noHandler({ name, queue }: JobRecord, known: Iterable<string>): string {
  return `no handler for job "${name}" on queue ${queue}; this worker handles: ${[...known].join(', ')}`;
}

/** What was logged, of a bounded number: any client may give its jobs any names. */
class Once {
  readonly #seen = new Set<string>();

  isFirst(what: string): boolean {
    if (this.#seen.has(what) || this.#seen.size >= MOST_LOGGED) return false;
    this.#seen.add(what);
    return true;
  }
}

const MOST_LOGGED = 1_000;

/**
 * When deliveries that are for other workers come back. A few come back within a second; of a queue full of them, each worker lets a
 * hundred a second come back. Shared by the consumers of a queue.
 */
export class LaterReturns {
  readonly #clock: Pick<EngineClock, 'now'>;
  #lastReturnMs = 0;

  constructor({ clock }: { readonly clock: Pick<EngineClock, 'now'> }) {
    this.#clock = clock;
  }

  /** Returns in how many milliseconds the next one is to come back: twice as many each time, up to `longestMs`, a second by default. */
  afterMs({ deliveries, attemptsMade, leasesLost }: JobRecord, longestMs = ORDINARY_MS): number {
    // Every start that no rejection and no lost lease accounts for was one of these, or a requeue.
    const timesDelayed = deliveries - attemptsMade - leasesLost;
    const delayMs = Math.min(FIRST_MS * 2 ** Math.max(timesDelayed - 1, 0), longestMs);
    const nowMs = this.#clock.now();
    const wantedMs = nowMs + backoffDelayMs({ type: 'fixed', delayMs, jitter: 0.5 }, 1);
    this.#lastReturnMs = Math.max(this.#lastReturnMs + SPACING_MS, wantedMs);
    return this.#lastReturnMs - nowMs;
  }
}

const FIRST_MS = 250;
const ORDINARY_MS = 1_000;
/** For a job that perhaps no worker is for. No longer, so that one that comes later meets it soon. */
const LONGEST_MS = 5_000;
/** A hundred a second. Each is a fetch and a settlement, below 100 µs of the server's time: one percent of it for each worker. */
const SPACING_MS = 10;
