// What one worker process counts and measures, in Prometheus' shapes.
import { Counter, Gauge, Registry } from 'prom-client';
import type { JobTotals } from '../channel/totals.js';
import type { ConsumerState } from '../consumer/consumer-state.js';
import { stateHistogram, StateTimes } from './state-times.js';

/** What the figures are read from when somebody asks for them. */
export interface MeteredCrew {
  readonly queue: string;
  totalsByJob(): readonly JobTotals[];
  states(): readonly ConsumerState[];
}

/** Metrics of one process as plain data, which can be told to another and added up there. */
export type MetricsData = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** A registry of its own: a program's default registry, if it has one, stays as it is. */
export class WorkerMetrics {
  readonly #registry = new Registry();
  readonly #states = stateHistogram(this.#registry);
  readonly #crews: MeteredCrew[] = [];

  constructor(lagP99Ms: () => number) {
    this.#countEnds();
    this.#gaugeConsumers();
    this.#gaugeStuck();
    this.#gaugeProcess(lagP99Ms);
  }

  add(crew: MeteredCrew): void {
    this.#crews.push(crew);
  }

  /** Whom to tell of the steps of a queue's consumers. */
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
        for (const crew of this.#crews)
          for (const { queue, state } of crew.states()) consumers.inc({ queue, state: state.split('.')[0] ?? state });
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
        for (const crew of this.#crews)
          for (const state of crew.states()) stuck.inc({ queue: crew.queue }, state.stuck ? 1 : 0);
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

  #eachJob(tell: (labels: { readonly queue: string; readonly job: string }, totals: JobTotals) => void): void {
    for (const crew of this.#crews)
      for (const totals of crew.totalsByJob()) tell({ queue: crew.queue, job: totals.job }, totals);
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
