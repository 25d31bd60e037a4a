// How long the handlers of each queue took on average, read from the metrics of worker processes.
import type { MetricsData } from '@acktor/worker';

/** By queue, over what was measured since `before`; a queue in which nothing has ended since keeps what `before` knew. */
export class HandlingTimes {
  readonly #before = new Map<string, Sum>();
  readonly #means = new Map<string, number>();

  /** Takes the sums as they are now, of all processes and of those that have ended. */
  read(data: MetricsData): void {
    for (const [queue, sum] of processingSums(data)) {
      const { seconds, count } = this.#before.get(queue) ?? NOTHING;
      if (sum.count > count) this.#means.set(queue, ((sum.seconds - seconds) / (sum.count - count)) * 1_000);
      this.#before.set(queue, sum);
    }
  }

  meanMs(queue: string): number | undefined {
    return this.#means.get(queue);
  }
}

interface Sum {
  readonly seconds: number;
  readonly count: number;
}

const NOTHING: Sum = { seconds: 0, count: 0 };

function processingSums(data: MetricsData): ReadonlyMap<string, Sum> {
  const histogram = data.find(({ name }) => name === 'acktor_consumer_state_seconds');
  const sums = new Map<string, Sum>();
  for (const { labels, value, ...named } of histogram?.values ?? []) {
    if (labels['state'] !== 'processing') continue;
    const queue = String(labels['queue']);
    const sum = sums.get(queue) ?? NOTHING;
    const part = 'metricName' in named ? String(named.metricName) : '';
    if (part.endsWith('_sum')) sums.set(queue, { ...sum, seconds: value });
    if (part.endsWith('_count')) sums.set(queue, { ...sum, count: value });
  }
  return sums;
}
