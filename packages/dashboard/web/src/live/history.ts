// What the page records while it is open: durations of deliveries, states of consumers, lengths of queues.
import type { QueueLine } from '#protocol/live.js';
import { toneOf, type Tone } from '../theme/palette.js';

/** How long deliveries of each job usually take, measured on those that ended while the page was open. */
export class UsualDurations {
  readonly #samples = new Map<string, number[]>();
  readonly #p99s = new Map<string, number>();

  add(jobName: string, durationMs: number): void {
    const samples = this.#samples.get(jobName) ?? [];
    this.#samples.set(jobName, samples);
    samples.push(durationMs);
    if (samples.length > keptDurations) samples.shift();
    this.#p99s.delete(jobName);
  }

  /** In milliseconds; undefined until enough have ended. */
  p99Ms(jobName: string): number | undefined {
    const known = this.#p99s.get(jobName);
    if (known !== undefined) return known;
    const samples = this.#samples.get(jobName);
    if (samples === undefined || samples.length < enoughDurations) return undefined;
    const sorted = samples.toSorted((left, right) => left - right);
    const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
    this.#p99s.set(jobName, p99);
    return p99;
  }
}

const keptDurations = 256;
const enoughDurations = 20;

/** The interval of samples of a {@link ShareHistory}. */
export const sampleMs = 500;

export interface Shares {
  readonly atMs: number;
  readonly counts: ReadonlyMap<Tone, number>;
  readonly total: number;
}

/** How a process's consumers were spread over the states: for the strips that stand for many consumers. */
export class ShareHistory {
  readonly samples: Shares[] = [];

  /** Takes a sample when one is due. */
  sample(consumers: Iterable<{ readonly state: string }>, atMs: number): void {
    if (atMs - (this.samples.at(-1)?.atMs ?? 0) < sampleMs) return;
    const counts = new Map<Tone, number>();
    let total = 0;
    for (const { state } of consumers) {
      counts.set(toneOf(state), (counts.get(toneOf(state)) ?? 0) + 1);
      total++;
    }
    this.samples.push({ atMs, counts, total });
    if (this.samples.length > keptShares) this.samples.shift();
  }
}

const keptShares = 620;

/** How many jobs waited in each queue over the last minutes. */
export class QueueTrends {
  readonly #waiting = new Map<string, number[]>();
  #lastMs = 0;

  /** The latest last. */
  of(queue: string): readonly number[] {
    return this.#waiting.get(queue) ?? [];
  }

  /** Takes a sample when one is due. */
  sample(queues: readonly QueueLine[], atMs: number): void {
    if (atMs - this.#lastMs < trendSampleMs) return;
    this.#lastMs = atMs;
    for (const { queue, waiting } of queues) {
      const samples = this.#waiting.get(queue) ?? [];
      this.#waiting.set(queue, samples);
      samples.push(waiting);
      if (samples.length > keptTrend) samples.shift();
    }
  }
}

const trendSampleMs = 2_000;
const keptTrend = 90;
