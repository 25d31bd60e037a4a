// All that browsers are shown: workers, flows, queues and charts.
import type { ProcessDeath, QueueDepth, WorkerFrame, WorkerReport } from '@acktor/core/engine';
import type { GuardedLog } from '@acktor/core/internal';
import { flowKey, type FleetFrame, type FleetSnapshot, type FlowRate, type QueueLine } from '../protocol/live.js';
import type { Sources } from '../sources.js';
import { ChartRegistry } from './chart-registry.js';
import { FlowMeter } from './flow-meter.js';
import { Freshness, ProcessEventLog } from './processes.js';
import { QueueCounter } from './queue-counter.js';
import { QueueMeter } from './queue-meter.js';
import { DeltaTracker, TrackedFleet } from './unsent-changes.js';

export interface FleetPictureDeps {
  readonly sources: Pick<Sources, 'fleet' | 'charts' | 'draw'>;
  readonly logger: GuardedLog;
  /** Called when there is a chart that snapshots lacked before. */
  readonly onChart: () => void;
}

export class FleetPicture {
  readonly #tracked = new TrackedFleet();
  readonly #flows = new FlowMeter(Date.now());
  readonly #counter = new QueueCounter(Date.now());
  readonly #freshness = new Freshness();
  readonly #processEvents = new ProcessEventLog(this.#tracked.processEvents);
  readonly #charts: ChartRegistry;
  readonly #machineIds = new Set<string>();
  readonly #queueDeltas = new DeltaTracker(({ queue }: QueueLine) => queue);
  readonly #flowDeltas = new DeltaTracker<FlowRate>(flowKey);
  readonly queues = new QueueMeter(this.#counter);

  constructor({ sources, logger, onChart }: FleetPictureDeps) {
    this.#charts = new ChartRegistry({
      first: sources.charts,
      machine: (id) => sources.fleet.machine(id),
      draw: (machine) => sources.draw(machine),
      onChart,
      onFailure: (machineId, error) => logger.warn({ err: error, machineId }, 'a chart could not be drawn'),
    });
  }

  /** The watch begins: until now workers have published no transitions. */
  beginWatch(): void {
    this.#flows.begin(Date.now());
  }

  /** Takes the reports of all workers that there are. */
  replace(reports: readonly WorkerReport[]): void {
    const present = new Set(reports.map(({ workerId }) => workerId));
    for (const workerId of this.#tracked.workers.keys()) if (!present.has(workerId)) this.#forget(workerId, 'left');
    for (const report of reports) this.report(report);
  }

  report(report: WorkerReport): void {
    const nowMs = Date.now();
    if (!this.#tracked.workers.has(report.workerId)) this.#processEvents.joined(report, nowMs);
    this.#freshness.reported(report.workerId, nowMs);
    this.#tracked.report(report);
    this.#counter.report(report);
    for (const id of report.machineIds) if (this.#machineIds.size < MOST_MACHINES) this.#machineIds.add(id);
  }

  frame(frame: WorkerFrame): void {
    if (!this.#tracked.frame(frame)) return;
    const nowMs = Date.now();
    this.#freshness.received(frame.workerId, frame.atMs, nowMs);
    this.#counter.change(frame.workerId, frame.totals);
    this.#flows.add(frame.steps, nowMs);
  }

  /** A process has gone. */
  gone(workerId: string, how: 'left' | 'died'): void {
    const report = this.#tracked.workers.get(workerId)?.current();
    if (report !== undefined) this.#processEvents.gone(report, how, Date.now());
    this.#forget(workerId, how);
  }

  /** The deaths of processes that are kept on the server. */
  deaths(deaths: readonly ProcessDeath[]): void {
    this.#processEvents.recorded(deaths, Date.now());
  }

  /** The queues as they are now. */
  depths(depths: readonly QueueDepth[]): void {
    this.queues.add(depths, Date.now());
  }

  /** Fetches the charts of all workers that are missing; only while a browser is connected, for laying them out takes time. */
  fetchCharts(): void {
    void this.#charts.fetchMissing(this.#machineIds, Date.now());
  }

  snapshot(sequence: number): FleetSnapshot {
    const atMs = Date.now();
    const { lines: queues, readAtMs: queuesAtMs } = this.queues;
    return {
      atMs,
      sequence,
      workers: this.#tracked.reports(),
      quiet: this.#freshness.quiet(atMs),
      lately: this.#tracked.processEvents.recent(atMs),
      queues,
      queuesAtMs,
      charts: this.#charts.all(),
      flows: this.#flows.rates(atMs),
    };
  }

  /** What has changed since the last frame; undefined when nothing has. */
  takeFrame(sequence: number, isSecond: boolean): FleetFrame | undefined {
    const atMs = Date.now();
    const changes = {
      ...this.#tracked.takeChanges(MOST_CONSUMERS_IN_A_FRAME),
      lately: this.#processEvents.takeUnsent(),
      totals: this.#counter.takeChanged(MOST_TOTALS_IN_A_FRAME),
    };
    const isEmpty = Object.values(changes).every((list: readonly unknown[]) => list.length === 0);
    if (isEmpty && !isSecond) return undefined;
    return { atMs, sequence, ...changes, ...this.#ofSecond(atMs, isSecond), queuesAtMs: this.queues.readAtMs };
  }

  #ofSecond(atMs: number, isSecond: boolean): OfSecond {
    if (!isSecond) return NOT_NOW;
    const { lines } = this.queues;
    const queues = this.#queueDeltas.take(lines, MOST_QUEUES_IN_A_SECOND, isAmong(fullest(lines)));
    const flows = this.#flowDeltas.take(this.#flows.rates(atMs), MOST_FLOWS_IN_A_SECOND);
    return {
      quiet: this.#freshness.quiet(atMs),
      queues: queues.changed,
      goneQueues: queues.gone,
      flows: flows.changed,
      goneFlows: flows.gone,
    };
  }

  #forget(workerId: string, how: 'left' | 'died'): void {
    this.#tracked.gone(workerId, how);
    this.#counter.forget(workerId);
    this.#freshness.forget(workerId);
  }
}

/** Far more than the registry keeps. */
const MOST_MACHINES = 1_000;
/**
 * A consumer's change takes some 28 bytes once packed, most of them its job's id. So this is 140 KB a second at most, and when
 * all of 1,000 consumers change in each tenth of a second, each is sent five times a second.
 */
const MOST_CONSUMERS_IN_A_FRAME = 500;

/** With ten thousand queues that all change, each is sent every ten seconds, and a browser gets some 300 KB a second, unpacked. */
const MOST_QUEUES_IN_A_SECOND = 1_000;
const MOST_FLOWS_IN_A_SECOND = 1_000;
const MOST_TOTALS_IN_A_FRAME = 100;
/** As many as a page shows at once: their changes do not wait. */
const FULLEST = 100;

type OfSecond = Pick<FleetFrame, 'quiet' | 'queues' | 'goneQueues' | 'flows' | 'goneFlows'>;

const NOT_NOW: OfSecond = {
  quiet: undefined,
  queues: undefined,
  goneQueues: undefined,
  flows: undefined,
  goneFlows: undefined,
};

function fullest(lines: readonly QueueLine[]): ReadonlySet<string> {
  const sorted = lines.toSorted((one, other) => other.waiting - one.waiting);
  return new Set(sorted.slice(0, FULLEST).map(({ queue }) => queue));
}

function isAmong(names: ReadonlySet<string>): (line: QueueLine) => boolean {
  return ({ queue }) => names.has(queue);
}
