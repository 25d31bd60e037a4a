// What the page knows of the fleet: the server's snapshot, brought up to date by its frames.
import type { WorkerReport } from '@acktor/core/engine';
import type { ChartView } from '#protocol/chart-view.js';
import { FleetModel } from '#protocol/fleet-model.js';
import {
  flowKey,
  type FleetFrame,
  type FleetSnapshot,
  type FlowRate,
  type ProcessEvent,
  type QueueLine,
  type QuietProcess,
  type WorkerChange,
} from '#protocol/live.js';
import { QueueTrends, UsualDurations } from './history.js';
import { LiveWorker, type Feed, type LiveConsumer } from './live-worker.js';

/** How long consumers of a process that died stay on the page. */
export const lostForMs = 10_000;

/**
 * Changed in place, ten times a second at most: to copy a thousand consumers at that rate would cost more than to draw them.
 * The store makes React render again.
 */
export class LiveFleet extends FleetModel<LiveWorker> implements Feed {
  readonly usual = new UsualDurations();
  readonly trends = new QueueTrends();
  queues: readonly QueueLine[] = [];
  /** When the queues were read, by the server's clock. */
  queuesAtMs = 0;
  flows: readonly FlowRate[] = [];
  charts: readonly ChartView[] = [];
  sequence = 0;
  latestAtMs = 0;
  /** How far the server's clock is ahead of this browser's. */
  #aheadMs = 0;
  readonly #eventListeners = new Set<(event: ProcessEvent) => void>();

  /** The server's time now, in milliseconds since the epoch. */
  nowMs(): number {
    return Date.now() + this.#aheadMs;
  }

  replace(snapshot: FleetSnapshot): void {
    this.sequence = snapshot.sequence;
    this.#aheadMs = snapshot.atMs - Date.now();
    this.latestAtMs = snapshot.atMs;
    this.queues = snapshot.queues;
    this.queuesAtMs = snapshot.queuesAtMs;
    this.flows = snapshot.flows;
    this.charts = snapshot.charts;
    const present = new Set(snapshot.workers.map(({ workerId }) => workerId));
    for (const worker of this.workers.values()) if (!present.has(worker.id)) worker.end('left', snapshot.atMs);
    for (const report of snapshot.workers) this.report(report);
    this.#takeQuiet(snapshot.quiet);
    this.#takeEvents(snapshot.lately);
    this.#forget();
  }

  /** Returns whether the frame followed the event before it; after a gap only a snapshot helps. */
  apply(frame: FleetFrame): boolean {
    if (frame.sequence !== this.sequence + 1) return false;
    this.sequence = frame.sequence;
    for (const report of frame.joined) this.report(report);
    for (const change of frame.changes) this.#takeChange(change);
    for (const { workerId, how } of frame.gone) this.workers.get(workerId)?.end(how, frame.atMs);
    // The least delayed frame shows the clocks' difference best.
    this.#aheadMs = Math.max(this.#aheadMs, frame.atMs - Date.now());
    this.latestAtMs = frame.atMs;
    if (frame.quiet !== undefined) this.#takeQuiet(frame.quiet);
    this.#takeEvents(frame.lately);
    if (frame.queues !== undefined) this.#takeQueues(frame.queues, frame.goneQueues ?? []);
    this.queuesAtMs = frame.queuesAtMs;
    if (frame.totals.length > 0) this.#takeTotals(frame.totals);
    if (frame.flows !== undefined) this.#takeFlows(frame.flows, frame.goneFlows ?? []);
    this.#forget();
    return true;
  }

  /** Records the present, for what is drawn over time. */
  sample(): void {
    const nowMs = this.nowMs();
    this.trends.sample(this.queues, nowMs);
    for (const worker of this.workers.values()) worker.shares.sample(worker.consumers.values(), nowMs);
  }

  *consumers(): Generator<LiveConsumer> {
    for (const worker of this.workers.values()) yield* worker.consumers.values();
  }

  /** Processes that came and went in the last minutes, the latest first. */
  recentEvents(): readonly ProcessEvent[] {
    return this.processEvents.recent(this.nowMs()).toReversed();
  }

  /** Calls the listener for each process that comes or goes. Returns an unsubscribe function. */
  onProcessEvent(listener: (event: ProcessEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  protected createWorker(report: WorkerReport): LiveWorker {
    return new LiveWorker(report, this);
  }

  #takeChange({ workerId, consumers, actors, goneConsumers, lagP99Ms, blockedForMs }: WorkerChange): void {
    const worker = this.change(workerId, { consumers, actors, gone: goneConsumers });
    if (worker !== undefined) Object.assign(worker, { lagP99Ms, blockedForMs });
  }

  #takeQuiet(quiet: readonly QuietProcess[]): void {
    const since = new Map(quiet.map(({ workerId, heardAtMs }) => [workerId, heardAtMs]));
    for (const worker of this.workers.values()) worker.quietSinceMs = since.get(worker.id);
  }

  #takeEvents(events: readonly ProcessEvent[]): void {
    for (const event of this.processEvents.add(events)) for (const listener of this.#eventListeners) listener(event);
  }

  #takeTotals(totals: FleetFrame['totals']): void {
    const latest = new Map(totals.map((of) => [of.queue, of]));
    this.queues = this.queues.map((line) => {
      const of = latest.get(line.queue);
      return of === undefined ? line : { ...line, totals: of };
    });
  }

  #takeQueues(changed: readonly QueueLine[], gone: readonly string[]): void {
    if (changed.length + gone.length === 0) return;
    const lines = new Map(this.queues.map((line) => [line.queue, line]));
    const isNew = changed.some(({ queue }) => !lines.has(queue));
    for (const queue of gone) lines.delete(queue);
    for (const line of changed) lines.set(line.queue, line);
    const all = [...lines.values()];
    this.queues = isNew ? all.toSorted((one, other) => (one.queue < other.queue ? -1 : 1)) : all;
  }

  #takeFlows(changed: readonly FlowRate[], gone: readonly string[]): void {
    const flows = new Map(this.flows.map((flow) => [flowKey(flow), flow]));
    for (const key of gone) flows.delete(key);
    for (const flow of changed) flows.set(flowKey(flow), flow);
    this.flows = [...flows.values()];
  }

  /** Drops processes that have ended: at once those that left, after a while those that died. */
  #forget(): void {
    const untilMs = this.nowMs() - lostForMs;
    for (const worker of this.workers.values()) {
      if (worker.ended === undefined) continue;
      if (worker.ended.how === 'left' || worker.ended.atMs < untilMs) this.workers.delete(worker.id);
    }
  }
}
