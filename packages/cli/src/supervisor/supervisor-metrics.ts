// The metrics of a supervisor: its workers', added up, its own, and those of the queues that they consume.
import type { QueueDepth } from '@acktor/core/engine';
import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client';
import type { MetricsData } from '@acktor/worker';
import { QueueMetrics } from './queue-metrics.js';

/** Where the figures come from, each time that somebody asks. */
export interface SupervisorSources {
  /** What each worker counted and measured; of one that does not answer, what it said last. */
  workers(): Promise<readonly MetricsData[]>;
  /** How many workers are in each state of their chart. */
  workerStates(): readonly string[];
  /** Rejects when the server does not answer. */
  depths(): Promise<readonly QueueDepth[]>;
  readonly backlogMs: number;
}

export class SupervisorMetrics {
  readonly #sources: SupervisorSources;
  readonly #registry = new Registry();
  readonly #queues: QueueMetrics;
  readonly #times = new HandlingTimes();
  readonly #ends: Counter<'how'>;
  #ended: Promise<MetricsData> = Promise.resolve([]);

  constructor(sources: SupervisorSources) {
    this.#sources = sources;
    this.#queues = new QueueMetrics(this.#registry, sources.backlogMs);
    this.#ends = new Counter({
      name: 'acktor_worker_ends_total',
      help: 'Worker processes that ended: as they were told to, or unasked',
      labelNames: ['how'],
      registers: [this.#registry],
    });
    this.#gaugeWorkers();
  }

  /**
   * Keeps the counts of a worker that has ended, so that sums do not fall. One that drained said them last; of one that was
   * killed those since the last scrape are gone.
   */
  retire(data: MetricsData, how: 'told' | 'unasked'): void {
    this.#ends.inc({ how });
    const counts = data.filter(({ type }) => String(type) !== 'gauge');
    const before = this.#ended;
    // Counts that do not add up, of a child of another version, cost their own sum alone.
    this.#ended = before.then((ended) => added([ended, counts]).getMetricsAsJSON()).catch(() => before);
  }

  /** In Prometheus' text format. Without the queues' while the server is away: what the workers say needs no server. */
  async text(): Promise<string> {
    const workers = added([await this.#ended, ...(await this.#sources.workers())]);
    this.#times.read(await workers.getMetricsAsJSON());
    await this.#readQueues();
    return (await Promise.all([workers.metrics(), this.#registry.metrics()])).join('\n');
  }

  async #readQueues(): Promise<void> {
    const depths = await this.#sources.depths().catch(() => undefined);
    this.#queues.clear();
    for (const depth of depths ?? []) this.#queues.set({ depth, handlingMs: this.#times.meanMs(depth.queue) });
  }

  #gaugeWorkers(): void {
    const workers = new Gauge({
      name: 'acktor_workers',
      help: 'Worker processes of this supervisor by the state of their chart',
      labelNames: ['state'],
      registers: [this.#registry],
      collect: () => {
        workers.reset();
        for (const state of this.#sources.workerStates()) workers.inc({ state });
      },
    });
  }
}

function added(data: readonly MetricsData[]): Registry {
  return AggregatorRegistry.aggregate([...data]);
}

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
