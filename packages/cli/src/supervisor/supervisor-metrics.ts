// The metrics of a supervisor: its workers', added up, its own, and those of the queues that they consume.
import type { QueueDepth } from '@acktor/core/engine';
import { AggregatorRegistry, Counter, Gauge, Registry } from 'prom-client';
import { type MetricsData, desiredConsumers } from '@acktor/worker';

/** Where the figures of each scrape come from. */
export interface SupervisorSources {
  /** What each worker counted and measured; the last answer of one that does not answer. */
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
   * Keeps the counts of a worker that has ended, so that sums do not fall. One that drained has reported them; of one that was
   * killed those since the last scrape are gone.
   */
  retire(data: MetricsData, how: 'told' | 'unasked'): void {
    this.#ends.inc({ how });
    const counts = data.filter(({ type }) => String(type) !== 'gauge');
    const before = this.#ended;
    // Counts that do not add up, of a child of another version, cost their own sum alone.
    this.#ended = before.then((ended) => added([ended, counts]).getMetricsAsJSON()).catch(() => before);
  }

  /** Returns Prometheus' text format. The queues' metrics are missing while the server is away: those of the workers need no server. */
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

/** By queue, over what was measured since `before`; a queue in which nothing has ended since keeps its last mean. */
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

interface QueueReading {
  readonly depth: QueueDepth;
  /** How long handlers of this queue took here, on average; undefined when none has run. */
  readonly handlingMs: number | undefined;
}

/** Gauges of the queues that the workers consume: of the whole fleet's jobs, read at each scrape. */
class QueueMetrics {
  readonly #jobs: Gauge<'queue' | 'place'>;
  readonly #oldest: Gauge<'queue'>;
  readonly #paused: Gauge<'queue'>;
  readonly #desired: Gauge<'queue'>;
  readonly #backlogMs: number;

  constructor(registry: Registry, backlogMs: number) {
    const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
      new Gauge<Label>({ name, help, labelNames: [...labelNames], registers: [registry] });
    this.#backlogMs = backlogMs;
    this.#jobs = gauge('acktor_queue_jobs', 'Jobs of the queue: waiting, delayed, active or dead_letter', [
      'queue',
      'place',
    ]);
    this.#oldest = gauge(
      'acktor_queue_oldest_waiting_seconds',
      'How long ago the oldest waiting job was sent, with its delay and its time as a dead letter',
      ['queue'],
    );
    this.#paused = gauge('acktor_queue_paused', '1 while the queue is paused', ['queue']);
    this.#desired = gauge(
      'acktor_desired_consumers',
      'The consumers that the queue needs in the whole fleet to keep up and to work off what waits; for autoscalers',
      ['queue'],
    );
  }

  /** Clears all gauges until the queues are read again: figures of a server that is away would be old. */
  clear(): void {
    for (const gauge of [this.#jobs, this.#oldest, this.#paused, this.#desired]) gauge.reset();
  }

  set({ depth, handlingMs }: QueueReading): void {
    const { queue, waiting, waitingForChildren, delayed, active, deadLetters, isPaused, readAtMs } = depth;
    const { oldestWaitingAtMs = readAtMs } = depth;
    const places = { waiting, waiting_for_children: waitingForChildren, delayed, active, dead_letter: deadLetters };
    for (const [place, count] of Object.entries(places)) this.#jobs.set({ queue, place }, count);
    this.#oldest.set({ queue }, Math.max(0, readAtMs - oldestWaitingAtMs) / 1_000);
    this.#paused.set({ queue }, isPaused ? 1 : 0);
    const demand = { waiting: isPaused ? 0 : waiting, active, backlogMs: this.#backlogMs };
    this.#desired.set({ queue }, desiredConsumers({ ...demand, handlingMs: handlingMs ?? GUESSED_HANDLING_MS }));
  }
}

/** Before the first handler of a queue has ended: enough to begin with. */
const GUESSED_HANDLING_MS = 1_000;
