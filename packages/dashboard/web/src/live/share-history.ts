// How a process's consumers were spread over the states, sampled for the strips that stand for many consumers.
import { toneOf, type Tone } from '../theme/tones.js';

export const sampleMs = 500;
const maxSamples = 620;

export interface Shares {
  readonly atMs: number;
  readonly counts: ReadonlyMap<Tone, number>;
  readonly total: number;
}

export class ShareHistory {
  readonly samples: Shares[] = [];

  /** Takes a sample when it is time for one. */
  sample(consumers: Iterable<{ readonly state: string }>, atMs: number): void {
    if (atMs - (this.samples.at(-1)?.atMs ?? 0) < sampleMs) return;
    const counts = new Map<Tone, number>();
    let total = 0;
    for (const { state } of consumers) {
      counts.set(toneOf(state), (counts.get(toneOf(state)) ?? 0) + 1);
      total++;
    }
    this.samples.push({ atMs, counts, total });
    if (this.samples.length > maxSamples) this.samples.shift();
  }
}
