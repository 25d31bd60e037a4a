// What all workers ever did with each queue, summed from what each reports of itself.
import type { QueueTotals, WorkerReport } from '@acktor/core/engine';

export interface QueueSum {
  /** Of all workers that were known, also of those that have gone. */
  readonly totals: QueueTotals;
  /** Since the counter began: for rates. */
  readonly acked: number;
  readonly rejected: number;
}

export class QueueCounter {
  readonly #startedAtMs: number;
  readonly #known = new Map<string, Map<string, QueueTotals>>();
  readonly #sums = new Map<string, QueueSum>();
  readonly #changed = new Set<string>();

  constructor(nowMs: number) {
    this.#startedAtMs = nowMs;
  }

  of(queue: string): QueueSum {
    return this.#sums.get(queue) ?? { totals: noTotals(queue), acked: 0, rejected: 0 };
  }

  /** Takes all totals of a worker. What it did before the counter began counts in the totals, but not for rates. */
  report({ workerId, startedAtMs, totals }: Pick<WorkerReport, 'workerId' | 'startedAtMs' | 'totals'>): void {
    const isNew = !this.#known.has(workerId);
    this.#add(workerId, totals, !isNew || startedAtMs >= this.#startedAtMs);
  }

  /** Takes the totals that changed of a worker. */
  change(workerId: string, totals: readonly QueueTotals[]): void {
    this.#add(workerId, totals, true);
  }

  /** Forgets a worker that has gone. Its share of the sums stays. */
  forget(workerId: string): void {
    this.#known.delete(workerId);
  }

  /** The totals that have grown since they were last taken: of so many queues at most, those first that have waited longest. */
  takeChanged(most: number): readonly QueueTotals[] {
    const taken = [...this.#changed].slice(0, most);
    for (const queue of taken) this.#changed.delete(queue);
    return taken.map((queue) => this.of(queue).totals);
  }

  #add(workerId: string, totals: readonly QueueTotals[], isForRates: boolean): void {
    const known = this.#known.get(workerId) ?? new Map<string, QueueTotals>();
    this.#known.set(workerId, known);
    for (const latest of totals) {
      if (!this.#sums.has(latest.queue) && this.#sums.size >= MOST_QUEUES) continue;
      const before = known.get(latest.queue) ?? noTotals(latest.queue);
      // A report may be older than the frames before it: if it lowered the counts, what it lacks would be counted twice.
      known.set(latest.queue, combined(before, latest, Math.max));
      this.#grow(difference(latest, before), isForRates);
    }
  }

  #grow(growth: QueueTotals, isForRates: boolean): void {
    const sum = this.of(growth.queue);
    const totals = added(sum.totals, growth);
    this.#changed.add(growth.queue);
    if (!isForRates) return void this.#sums.set(growth.queue, { ...sum, totals });
    const acked = sum.acked + growth.acked;
    const rejected = sum.rejected + growth.retried + growth.requeued + growth.deadLettered;
    this.#sums.set(growth.queue, { totals, acked, rejected });
  }
}

/** Every client of the server can make up queues: their number needs a bound. */
const MOST_QUEUES = 10_000;

const COUNTS = ['acked', 'retried', 'requeued', 'deadLettered', 'leasesLost', 'redelivered'] as const;

function noTotals(queue: string): QueueTotals {
  return { queue, acked: 0, retried: 0, requeued: 0, deadLettered: 0, leasesLost: 0, redelivered: 0 };
}

function added(one: QueueTotals, other: QueueTotals): QueueTotals {
  return combined(one, other, (left, right) => left + right);
}

function difference(one: QueueTotals, other: QueueTotals): QueueTotals {
  return combined(one, other, (left, right) => Math.max(0, left - right));
}

function combined(one: QueueTotals, other: QueueTotals, each: (left: number, right: number) => number): QueueTotals {
  const counts = Object.fromEntries(COUNTS.map((count) => [count, each(one[count], other[count])]));
  return { ...one, ...counts };
}
