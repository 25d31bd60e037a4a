// How many deliveries of a channel ended in each way, since the process started.
import type { LeasedJob, QueueTotals, SettleOutcome, Settling } from '@acktor/core/engine';

/** The ends of one job's deliveries. */
export interface JobTotals extends Omit<QueueTotals, 'queue'> {
  readonly job: string;
}

/** Plain counters: they are kept whether anybody looks or not. */
export class Totals {
  readonly #queue: string;
  readonly #jobs = new Map<string, Counts>();

  constructor(queue: string) {
    this.#queue = queue;
  }

  /** What a reply of the server brought: the outcome of a settlement, the next delivery, or both. */
  count(settle: Settling | undefined, outcome: SettleOutcome | undefined, next: LeasedJob | undefined): void {
    if (settle && outcome === 'stored') this.#of(settle.job)[END[settle.settlement.kind]] += 1;
    if (settle && outcome === 'lost') this.#of(settle.job).leasesLost += 1;
    if (next && next.record.leasesLost > 0) this.#of(next).redelivered += 1;
  }

  /** A consumer learned that the lease of what it held is gone. */
  leaseLost(job: LeasedJob | undefined): void {
    if (job) this.#of(job).leasesLost += 1;
  }

  report(): QueueTotals {
    const sum: Counts = { ...NOTHING };
    for (const counts of this.#jobs.values()) for (const key of COUNTED) sum[key] += counts[key];
    return { queue: this.#queue, ...sum };
  }

  /** The same, by the jobs' names. */
  byJob(): readonly JobTotals[] {
    return [...this.#jobs].map(([job, counts]) => ({ job, ...counts }));
  }

  #of({ record: { name } }: LeasedJob): Counts {
    const known = this.#jobs.get(name);
    if (known) return known;
    const counts: Counts = { ...NOTHING };
    this.#jobs.set(name, counts);
    return counts;
  }
}

type Counts = { -readonly [End in keyof Omit<QueueTotals, 'queue'>]: number };

const NOTHING: Readonly<Counts> = {
  acked: 0,
  retried: 0,
  requeued: 0,
  deadLettered: 0,
  leasesLost: 0,
  redelivered: 0,
};

const COUNTED = Object.keys(NOTHING) as readonly (keyof Counts)[];

const END = { ack: 'acked', retry: 'retried', requeue: 'requeued', deadLetter: 'deadLettered' } as const;
