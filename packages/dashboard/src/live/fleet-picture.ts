// All that a browser can be shown, put together: workers, flows, queues and charts.
import type { ProcessDeath, QueueDepth, WorkerFrame, WorkerReport } from '@acktor/core/engine';
import type { GuardedLog } from '@acktor/core/internal';
import { flowKey, type FleetFrame, type FleetSnapshot, type FlowRate, type QueueLine } from '../protocol/live.js';
import type { Sources } from '../sources/sources.js';
import { ChartRegistry } from './chart-registry.js';
import { FleetModel } from './fleet-model.js';
import { FlowMeter } from './flow-meter.js';
import { Hearing } from './hearing.js';
import { Lately } from './lately.js';
import { QueueMeter } from './queue-meter.js';
import { QueueCounter } from './queue-counter.js';
import { Told } from './told.js';

export interface FleetPictureDeps {
  readonly sources: Pick<Sources, 'fleet' | 'charts' | 'draw'>;
  readonly logger: GuardedLog;
  /** Told when a chart has come that snapshots lacked before. */
  readonly onChart: () => void;
}

export class FleetPicture {
  readonly #model = new FleetModel();
  readonly #flows = new FlowMeter(Date.now());
  readonly #counter = new QueueCounter(Date.now());
  readonly #hearing = new Hearing();
  readonly #lately = new Lately();
  readonly #charts: ChartRegistry;
  readonly #machineIds = new Set<string>();
  readonly #toldQueues = new Told(({ queue }: QueueLine) => queue);
  readonly #toldFlows = new Told<FlowRate>(flowKey);
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

  /** Workers are watched from now on: they said nothing of their steps before. */
  beginsToHear(): void {
    this.#flows.begin(Date.now());
  }

  /** Takes reports of all workers that there are. */
  replace(reports: readonly WorkerReport[]): void {
    const present = new Set(reports.map(({ workerId }) => workerId));
    for (const { workerId } of this.#model.reports()) if (!present.has(workerId)) this.#forget(workerId, 'left');
    for (const report of reports) this.report(report);
  }

  report(report: WorkerReport): void {
    const nowMs = Date.now();
    if (!this.#model.has(report.workerId)) this.#lately.joined(report, nowMs);
    this.#hearing.reported(report.workerId, nowMs);
    this.#model.report(report);
    this.#counter.report(report);
    for (const id of report.machineIds) if (this.#machineIds.size < MOST_MACHINES) this.#machineIds.add(id);
  }

  frame(frame: WorkerFrame): void {
    if (!this.#model.frame(frame)) return;
    const nowMs = Date.now();
    this.#hearing.heard(frame.workerId, frame.atMs, nowMs);
    this.#counter.change(frame.workerId, frame.totals);
    this.#flows.add(frame.steps, nowMs);
  }

  /** A process that was seen to go. */
  gone(workerId: string, how: 'left' | 'died'): void {
    const report = this.#model.reportOf(workerId);
    if (report !== undefined) this.#lately.gone(report, how, Date.now());
    this.#forget(workerId, how);
  }

  /** The processes that died, as it is kept on the server. */
  deaths(deaths: readonly ProcessDeath[]): void {
    this.#lately.recorded(deaths, Date.now());
  }

  look(depths: readonly QueueDepth[]): void {
    this.queues.look(depths, Date.now());
  }

  /** Sees that the charts of all workers come: laying them out takes time, so nobody does it for nobody. */
  wantCharts(): void {
    void this.#charts.want(this.#machineIds, Date.now());
  }

  snapshot(sequence: number): FleetSnapshot {
    const atMs = Date.now();
    const { lines: queues, lookedAtMs: queuesAtMs } = this.queues;
    return {
      atMs,
      sequence,
      workers: this.#model.reports(),
      quiet: this.#hearing.quiet(atMs),
      lately: this.#lately.all(atMs),
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
      ...this.#model.takeChanges(MOST_CONSUMERS_IN_A_FRAME),
      lately: this.#lately.takeUntold(),
      totals: this.#counter.takeChanged(MOST_TOTALS_IN_A_FRAME),
    };
    const isEmpty = Object.values(changes).every((list: readonly unknown[]) => list.length === 0);
    if (isEmpty && !isSecond) return undefined;
    return { atMs, sequence, ...changes, ...this.#ofSecond(atMs, isSecond), queuesAtMs: this.queues.lookedAtMs };
  }

  #ofSecond(atMs: number, isSecond: boolean): OfSecond {
    if (!isSecond) return NOT_NOW;
    const { lines } = this.queues;
    const queues = this.#toldQueues.take(lines, MOST_QUEUES_IN_A_SECOND, isAmong(fullest(lines)));
    const flows = this.#toldFlows.take(this.#flows.rates(atMs), MOST_FLOWS_IN_A_SECOND);
    return {
      quiet: this.#hearing.quiet(atMs),
      queues: queues.changed,
      goneQueues: queues.gone,
      flows: flows.changed,
      goneFlows: flows.gone,
    };
  }

  #forget(workerId: string, how: 'left' | 'died'): void {
    this.#model.gone(workerId, how);
    this.#counter.forget(workerId);
    this.#hearing.forget(workerId);
  }
}

/** Far more than the registry has room for. */
const MOST_MACHINES = 1_000;
/**
 * A consumer's change takes some 28 bytes once packed, most of them its job's id. So this is 140 KB a second at most, and when
 * all of 1,000 consumers change in each tenth of a second, each is told of five times a second.
 */
const MOST_CONSUMERS_IN_A_FRAME = 500;

/** With ten thousand queues that all change, each is told of every ten seconds, and a browser gets some 300 KB a second, unpacked. */
const MOST_QUEUES_IN_A_SECOND = 1_000;
const MOST_FLOWS_IN_A_SECOND = 1_000;
const MOST_TOTALS_IN_A_FRAME = 100;
/** As many as a page shows at once; of these nothing is late. */
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
