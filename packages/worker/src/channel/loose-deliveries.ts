// Deliveries that no consumer holds: given back, or dead-lettered when giving them back would not help.
import type { FetchedJob, LeasedJob, Settling } from '@acktor/core/engine';
import { cutText } from '@acktor/core/internal';
import type { CallLine } from './call-line.js';
import type { HeldDeliveries } from './held-deliveries.js';
import type { Wish } from './wishes.js';

type LooseHolding = Pick<HeldDeliveries, 'holdLoosely' | 'releaseLoose'>;

export class LooseDeliveries {
  readonly #line: Pick<CallLine<Wish>, 'add'>;
  readonly #held: LooseHolding;

  constructor(line: Pick<CallLine<Wish>, 'add'>, held: LooseHolding) {
    this.#line = line;
    this.#held = held;
  }

  giveBack(job: LeasedJob | undefined): void {
    if (job) this.#settle({ job, settlement: { kind: 'requeue' } });
  }

  deadLetter(job: LeasedJob, reason: string): void {
    this.#settle({
      job,
      settlement: { kind: 'deadLetter', failure: { reason: cutText(reason, LONGEST_REASON), stack: undefined } },
    });
  }

  /** The job that was fetched, if it can be read; else it is dead-lettered and nobody gets it. */
  readable(fetched: FetchedJob | undefined): LeasedJob | undefined {
    if (fetched?.kind !== 'unreadable') return fetched?.job;
    this.deadLetter(fetched.job, `the job cannot be read: ${fetched.reason}`);
    return undefined;
  }

  /** What it asked for is answered, well or badly. */
  answered(settle: Settling | undefined): void {
    if (settle) this.#held.releaseLoose(settle.job);
  }

  #settle(settle: Settling): void {
    this.#held.holdLoosely(settle.job);
    this.#line.add({ consumer: undefined, settle, leaseToken: undefined });
  }
}

/** In bytes. Of our own words, and of a server's. */
const LONGEST_REASON = 4_096;
