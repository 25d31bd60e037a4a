// How fast queues moved over the last seconds, from totals that only grow.
import type { QueueTotals } from '@acktor/core/engine';

export interface QueueRate {
  readonly ackedPerSecond: number;
  /** Retried, requeued or dead-lettered. */
  readonly rejectedPerSecond: number;
}

interface Growth {
  readonly atMs: number;
  readonly queue: string;
  readonly acked: number;
  readonly rejected: number;
}

export class RateWindow {
  #growths: Growth[] = [];
  readonly #beganAtMs: number;

  constructor(beganAtMs: number) {
    this.#beganAtMs = beganAtMs;
  }

  /** One worker's totals grew from these to those. */
  add(before: readonly QueueTotals[], after: readonly QueueTotals[], atMs: number): void {
    for (const totals of after) {
      const last = before.find(({ queue }) => queue === totals.queue);
      const acked = totals.acked - (last?.acked ?? 0);
      const rejected = rejectedIn(totals) - (last === undefined ? 0 : rejectedIn(last));
      this.#growths.push({ atMs, queue: totals.queue, acked, rejected });
    }
  }

  read(nowMs: number): ReadonlyMap<string, QueueRate> {
    this.#growths = this.#growths.filter(({ atMs }) => atMs > nowMs - WINDOW_MS);
    const seconds = Math.max(1, Math.min(WINDOW_MS, nowMs - this.#beganAtMs) / 1_000);
    const rates = new Map<string, QueueRate>();
    for (const { queue, acked, rejected } of this.#growths) {
      const { ackedPerSecond = 0, rejectedPerSecond = 0 } = rates.get(queue) ?? {};
      rates.set(queue, {
        ackedPerSecond: ackedPerSecond + acked / seconds,
        rejectedPerSecond: rejectedPerSecond + rejected / seconds,
      });
    }
    return rates;
  }
}

function rejectedIn({ retried, requeued, deadLettered }: QueueTotals): number {
  return retried + requeued + deadLettered;
}

const WINDOW_MS = 5_000;
