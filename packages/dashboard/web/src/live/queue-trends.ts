// How many waited in each queue over the last minutes, as this page saw it.
import type { QueueLine } from '#protocol/live.js';

const sampleMs = 2_000;
const kept = 90;

export class QueueTrends {
  private readonly waiting = new Map<string, number[]>();
  private lastMs = 0;

  /** The latest last. */
  of(queue: string): readonly number[] {
    return this.waiting.get(queue) ?? [];
  }

  /** Takes a sample when it is time for one. */
  sample(queues: readonly QueueLine[], atMs: number): void {
    if (atMs - this.lastMs < sampleMs) return;
    this.lastMs = atMs;
    for (const { queue, waiting } of queues) {
      const samples = this.waiting.get(queue) ?? [];
      this.waiting.set(queue, samples);
      samples.push(waiting);
      if (samples.length > kept) samples.shift();
    }
  }
}
