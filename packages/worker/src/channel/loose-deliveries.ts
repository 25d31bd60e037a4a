// Deliveries that no consumer holds: given back, or dead-lettered when giving them back would not help.
import type { FetchedJob, LeasedJob } from '@acktor/core/broker';
import type { CallLine } from './call-line.js';
import type { Settling, Wish } from './wish.js';

export class LooseDeliveries {
  readonly #line: Pick<CallLine<Wish>, 'add'>;

  constructor(line: Pick<CallLine<Wish>, 'add'>) {
    this.#line = line;
  }

  giveBack(job: LeasedJob | undefined): void {
    if (job) this.#settle({ job, settlement: { kind: 'requeue' } });
  }

  deadLetter(job: LeasedJob, reason: string): void {
    this.#settle({ job, settlement: { kind: 'deadLetter', failure: { reason, stack: undefined } } });
  }

  /** The job that was fetched, if it can be read; else it is dead-lettered and nobody gets it. */
  readable(fetched: FetchedJob | undefined): LeasedJob | undefined {
    if (fetched?.kind !== 'unreadable') return fetched?.job;
    this.deadLetter(fetched.job, `the job cannot be read: ${fetched.reason}`);
    return undefined;
  }

  #settle(settle: Settling): void {
    this.#line.add({ consumer: undefined, settle, leaseToken: undefined });
  }
}
