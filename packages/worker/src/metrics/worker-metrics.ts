// What one worker process counts and measures, in Prometheus' shapes; and how many consumers a queue needs.
import { Counter, Gauge, Registry, Histogram } from 'prom-client';
import type { JobTotals } from '../channel/delivery-table.js';
import type { ConsumerState } from '../consumer/consumer-protocol.js';
import type { TransitionListener } from '../consumer/compiled-transitions.js';

/** What the figures are read from when they are asked for. */
export interface MeteredPool {
  readonly queue: string;
  totalsByJob(): readonly JobTotals[];
  states(): readonly ConsumerState[];
}

/** Metrics of one process as plain data, which can be sent to another and added up there. */
export type MetricsData = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** A registry of its own: a program's default registry, if it has one, stays as it is. */
export class WorkerMetrics {
  readonly #registry = new Registry();
  readonly #states = stateHistogram(this.#registry);
  readonly #pools: MeteredPool[] = [];

  constructor(lagP99Ms: () => number) {
    this.#countEnds();
    this.#gaugeConsumers();
    this.#gaugeStuck();
    this.#gaugeProcess(lagP99Ms);
  }

  add(pool: MeteredPool): void {
    this.#pools.push(pool);
  }

  /** What listens to the transitions of a queue's consumers. */
  statesOf(queue: string): StateTimes {
    return new StateTimes(this.#states, queue, () => performance.now());
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  data(): Promise<MetricsData> {
    return this.#registry.getMetricsAsJSON();
  }

  #countEnds(): void {
    const labelNames = ['queue', 'job'] as const;
    const deliveries = new Counter({
      name: 'acktor_deliveries_total',
      help: 'Deliveries that ended, by how they ended: acked, retried, requeued or dead_lettered',
      labelNames: [...labelNames, 'end'],
      registers: [this.#registry],
      collect: () => {
        deliveries.reset();
        this.#eachJob((labels, totals) => {
          for (const [end, key] of ENDS) deliveries.inc({ ...labels, end }, totals[key]);
        });
      },
    });
    for (const { key, name, help } of MISHAPS) {
      const counter = new Counter({
        name,
        help,
        labelNames,
        registers: [this.#registry],
        collect: () => {
          counter.reset();
          this.#eachJob((labels, totals) => counter.inc(labels, totals[key]));
        },
      });
    }
  }

  #gaugeConsumers(): void {
    const consumers = new Gauge({
      name: 'acktor_consumers',
      help: 'Consumers by the state of their chart',
      labelNames: ['queue', 'state'],
      registers: [this.#registry],
      collect: () => {
        consumers.reset();
        for (const pool of this.#pools)
          for (const { queue, state } of pool.states()) consumers.inc({ queue, state: state.split('.')[0] ?? state });
      },
    });
  }

  #gaugeStuck(): void {
    const stuck = new Gauge({
      name: 'acktor_stuck_handlers',
      help: 'Handlers that were told to let go and still run, though their delivery is over',
      labelNames: ['queue'],
      registers: [this.#registry],
      collect: () => {
        stuck.reset();
        for (const pool of this.#pools)
          for (const state of pool.states()) stuck.inc({ queue: pool.queue }, state.stuck ? 1 : 0);
      },
    });
  }

  #gaugeProcess(lagP99Ms: () => number): void {
    const registers = [this.#registry];
    const lag = new Gauge({
      name: 'acktor_event_loop_lag_seconds',
      help: 'How late timers of the main thread are, 99th percentile of the last seconds; of the worst process',
      aggregator: 'max',
      registers,
      collect: () => {
        lag.set(lagP99Ms() / 1_000);
      },
    });
    const memory = new Gauge({
      name: 'acktor_worker_resident_bytes',
      help: 'Resident memory of the worker processes',
      registers,
      collect: () => {
        memory.set(process.memoryUsage.rss());
      },
    });
  }

  #eachJob(visit: (labels: { readonly queue: string; readonly job: string }, totals: JobTotals) => void): void {
    for (const pool of this.#pools)
      for (const totals of pool.totalsByJob()) visit({ queue: pool.queue, job: totals.job }, totals);
  }
}

const ENDS = [
  ['acked', 'acked'],
  ['retried', 'retried'],
  ['requeued', 'requeued'],
  ['dead_lettered', 'deadLettered'],
] as const;

const MISHAPS = [
  {
    key: 'leasesLost',
    name: 'acktor_leases_lost_total',
    help: 'Deliveries whose lease was lost while a consumer held them: their ack did not count',
  },
  {
    key: 'redelivered',
    name: 'acktor_redeliveries_total',
    help: 'Deliveries of a job that an earlier worker, or an earlier lease, had lost',
  },
] as const;

/** Measures every stay of every consumer of one queue in a state. A transition within a state ends no stay. */
export class StateTimes {
  readonly #stays = new WeakMap<object, Stay>();
  readonly #histograms = new Map<string, Histogram.Internal<'queue' | 'state'>>();
  readonly #histogram: Histogram<'queue' | 'state'>;
  readonly #queue: string;
  readonly #now: () => number;

  /** @param now a clock in milliseconds, of any origin. */
  constructor(histogram: StateHistogram, queue: string, now: () => number) {
    this.#histogram = histogram;
    this.#queue = queue;
    this.#now = now;
  }

  readonly onTransition: TransitionListener = (consumer, { value }) => {
    const state = typeof value === 'string' ? value : (Object.keys(value)[0] ?? '');
    const stay = this.#stays.get(consumer);
    if (stay?.state === state) return;
    const sinceMs = this.#now();
    if (stay) this.#of(stay.state).observe((sinceMs - stay.sinceMs) / 1_000);
    this.#stays.set(consumer, { state, sinceMs });
  };

  /** Labels are looked up once for each state: `observe` with labels costs several times as much. */
  #of(state: string): Histogram.Internal<'queue' | 'state'> {
    const known = this.#histograms.get(state);
    if (known) return known;
    const histogram = this.#histogram.labels({ queue: this.#queue, state });
    this.#histograms.set(state, histogram);
    return histogram;
  }
}

export type StateHistogram = Histogram<'queue' | 'state'>;

interface Stay {
  readonly state: string;
  readonly sinceMs: number;
}

export function stateHistogram(registry: Registry): StateHistogram {
  return new Histogram({
    name: 'acktor_consumer_state_seconds',
    help: 'How long consumers stayed in each state of their chart; processing is the time of the handler',
    labelNames: ['queue', 'state'],
    buckets: [...BUCKETS_S],
    registers: [registry],
  });
}

/** From a round trip in one machine to the longest that a worker usually drains. */
const BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** What is known of a queue and of how long its jobs take. */
export interface Demand {
  /** Jobs that could be fetched right now. */
  readonly waiting: number;
  /** Deliveries under way in the whole fleet. */
  readonly active: number;
  /** How long a handler takes, on average. */
  readonly handlingMs: number;
  /** Within what time a backlog is to be worked off, above 0. */
  readonly backlogMs: number;
}

/**
 * The consumers that keep up with what arrives, with a fifth to spare, and work off what waits in time. At least 0; a queue with
 * nothing to do wants none.
 *
 * By Little's law the deliveries under way, on average, are the arrivals a second times the seconds that each takes: as long as
 * nothing waits, `active` is what the arrivals need. What waits needs `waiting × handlingMs` of consumer time, to be had in
 * `backlogMs`. While consumers are too few both grow, so that what is desired stays ahead of what there is.
 */
export function desiredConsumers({ waiting, active, handlingMs, backlogMs }: Demand): number {
  return Math.ceil(active / MOST_BUSY + (waiting * handlingMs) / backlogMs);
}

/** Consumers that are busier than this make jobs wait for no other reason than chance. */
const MOST_BUSY = 0.8;
