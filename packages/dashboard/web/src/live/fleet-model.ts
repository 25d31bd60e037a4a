// What the page knows of the fleet: the server's snapshot, brought up to date by its frames.
import type { ChartView } from '#protocol/chart-view.js';
import {
  flowKey,
  type FleetFrame,
  type FleetSnapshot,
  type FlowRate,
  type QueueLine,
  type QuietProcess,
  type WorkerChange,
} from '#protocol/live.js';
import type { Feed } from './freshness.js';
import { Lately } from './lately.js';
import { LiveConsumer } from './live-consumer.js';
import { LiveWorker } from './live-worker.js';
import { QueueTrends } from './queue-trends.js';
import { UsualDurations } from './usual-durations.js';

/** Consumers of a process that died stay to be seen for this long. */
export const lostForMs = 10_000;

/**
 * Changed in place, ten times a second at most: a thousand consumers copied at that rate would cost more than drawing them.
 * Who draws from it is told by the store when to look again.
 */
export class FleetModel implements Feed {
  readonly workers = new Map<string, LiveWorker>();
  readonly usual = new UsualDurations();
  readonly trends = new QueueTrends();
  readonly lately = new Lately();
  queues: readonly QueueLine[] = [];
  /** When the queues were counted, by the server's clock. */
  queuesAtMs = 0;
  flows: readonly FlowRate[] = [];
  charts: readonly ChartView[] = [];
  sequence = 0;
  heardAtMs = 0;
  /** How far the server's clock is ahead of this browser's. */
  private aheadMs = 0;

  /** The server's time now, in milliseconds since the epoch. */
  nowMs(): number {
    return Date.now() + this.aheadMs;
  }

  replace(snapshot: FleetSnapshot): void {
    this.sequence = snapshot.sequence;
    this.aheadMs = snapshot.atMs - Date.now();
    this.heardAtMs = snapshot.atMs;
    this.queues = snapshot.queues;
    this.queuesAtMs = snapshot.queuesAtMs;
    this.flows = snapshot.flows;
    this.charts = snapshot.charts;
    const present = new Set(snapshot.workers.map(({ workerId }) => workerId));
    for (const worker of this.workers.values()) if (!present.has(worker.id)) worker.end('left', snapshot.atMs);
    for (const report of snapshot.workers) this.takeReport(report);
    this.takeQuiet(snapshot.quiet);
    this.lately.take(snapshot.lately);
    this.forget();
  }

  /** Whether the frame followed what came before it; after a gap only a snapshot helps. */
  apply(frame: FleetFrame): boolean {
    if (frame.sequence !== this.sequence + 1) return false;
    this.sequence = frame.sequence;
    for (const report of frame.joined) this.takeReport(report);
    for (const change of frame.changes) this.takeChange(change);
    for (const { workerId, how } of frame.gone) this.workers.get(workerId)?.end(how, frame.atMs);
    // The quickest of all frames tells the clocks' difference best.
    this.aheadMs = Math.max(this.aheadMs, frame.atMs - Date.now());
    this.heardAtMs = frame.atMs;
    if (frame.quiet !== undefined) this.takeQuiet(frame.quiet);
    this.lately.take(frame.lately);
    if (frame.queues !== undefined) this.takeQueues(frame.queues, frame.goneQueues ?? []);
    this.queuesAtMs = frame.queuesAtMs;
    if (frame.totals.length > 0) this.takeTotals(frame.totals);
    if (frame.flows !== undefined) this.takeFlows(frame.flows, frame.goneFlows ?? []);
    this.forget();
    return true;
  }

  /** Remembers how it stands, for what is drawn over time. */
  sample(): void {
    const nowMs = this.nowMs();
    this.trends.sample(this.queues, nowMs);
    for (const worker of this.workers.values()) worker.shares.sample(worker.consumers.values(), nowMs);
  }

  *consumers(): Generator<LiveConsumer> {
    for (const worker of this.workers.values()) yield* worker.consumers.values();
  }

  private takeReport(report: FleetSnapshot['workers'][number]): void {
    const worker = this.workers.get(report.workerId) ?? new LiveWorker(report, this);
    this.workers.set(report.workerId, worker);
    worker.report = report;
    const names = new Set(report.consumers.map(({ consumer }) => consumer));
    for (const name of worker.consumers.keys()) if (!names.has(name)) worker.consumers.delete(name);
    worker.take(report.consumers, this.usual);
    worker.actors.clear();
    worker.takeActors(report.actors ?? []);
  }

  private takeChange(change: WorkerChange): void {
    const worker = this.workers.get(change.workerId);
    if (worker === undefined) return;
    worker.lagP99Ms = change.lagP99Ms;
    worker.blockedForMs = change.blockedForMs;
    worker.take(change.consumers, this.usual);
    worker.takeActors(change.actors ?? []);
    for (const name of change.goneConsumers) for (const all of [worker.consumers, worker.actors]) all.delete(name);
  }

  private takeQuiet(quiet: readonly QuietProcess[]): void {
    const since = new Map(quiet.map(({ workerId, heardAtMs }) => [workerId, heardAtMs]));
    for (const worker of this.workers.values()) worker.quietSinceMs = since.get(worker.id);
  }

  private takeTotals(totals: FleetFrame['totals']): void {
    const latest = new Map(totals.map((of) => [of.queue, of]));
    this.queues = this.queues.map((line) => {
      const of = latest.get(line.queue);
      return of === undefined ? line : { ...line, totals: of };
    });
  }

  /** The server tells those that have changed. */
  private takeQueues(changed: readonly QueueLine[], gone: readonly string[]): void {
    if (changed.length + gone.length === 0) return;
    const lines = new Map(this.queues.map((line) => [line.queue, line]));
    const isNew = changed.some(({ queue }) => !lines.has(queue));
    for (const queue of gone) lines.delete(queue);
    for (const line of changed) lines.set(line.queue, line);
    const all = [...lines.values()];
    this.queues = isNew ? all.toSorted((one, other) => (one.queue < other.queue ? -1 : 1)) : all;
  }

  private takeFlows(changed: readonly FlowRate[], gone: readonly string[]): void {
    const flows = new Map(this.flows.map((flow) => [flowKey(flow), flow]));
    for (const key of gone) flows.delete(key);
    for (const flow of changed) flows.set(flowKey(flow), flow);
    this.flows = [...flows.values()];
  }

  private forget(): void {
    const untilMs = this.nowMs() - lostForMs;
    for (const worker of this.workers.values()) {
      if (worker.ended === undefined) continue;
      if (worker.ended.how === 'left' || worker.ended.atMs < untilMs) this.workers.delete(worker.id);
    }
  }
}
