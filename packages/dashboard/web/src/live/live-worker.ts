// One worker process with its consumers, as the page sees it.
import type { ActorReport, ConsumerReport, WorkerReport } from '@acktor/core/engine';
import { LiveConsumer } from './live-consumer.js';
import { knownUntilMs, type Feed } from './freshness.js';
import type { LiveProcess } from './live-process.js';
import { ShareHistory } from './share-history.js';
import type { UsualDurations } from './usual-durations.js';

export class LiveWorker implements LiveProcess {
  readonly id: string;
  readonly consumers = new Map<string, LiveConsumer>();
  /** Actors of the application's own, and the worker's, by their names. */
  readonly actors = new Map<string, ActorReport>();
  readonly shares = new ShareHistory();
  lagP99Ms: number;
  blockedForMs: number;
  ended: LiveProcess['ended'];
  /** How old the latest is that the server knows of it; undefined while that is fresh. */
  quietSinceMs: number | undefined;

  constructor(
    public report: WorkerReport,
    private readonly feed: Feed,
  ) {
    this.id = report.workerId;
    this.lagP99Ms = report.eventLoop.lagP99Ms;
    this.blockedForMs = report.eventLoop.blockedForMs;
  }

  get name(): string {
    return `${this.report.host} · ${this.report.pid}`;
  }

  get state(): string {
    return this.actors.get('worker')?.state ?? this.report.state;
  }

  get isQuiet(): boolean {
    const nowMs = this.feed.nowMs();
    return this.ended === undefined && this.asOfMs(nowMs) < nowMs;
  }

  asOfMs(nowMs: number): number {
    if (this.ended !== undefined) return nowMs;
    return Math.min(nowMs, this.quietSinceMs ?? nowMs, knownUntilMs(this.feed, nowMs));
  }

  takeActors(reports: readonly ActorReport[]): void {
    for (const report of reports) this.actors.set(report.actor, report);
  }

  take(reports: readonly ConsumerReport[], usual: UsualDurations): void {
    for (const report of reports) {
      const known = this.consumers.get(report.consumer);
      if (known === undefined) this.consumers.set(report.consumer, new LiveConsumer(this, report));
      else known.move(report, usual);
    }
  }

  end(how: 'left' | 'died', atMs: number): void {
    if (this.ended !== undefined) return;
    this.ended = { atMs, how };
    for (const consumer of this.consumers.values()) consumer.lose(atMs);
  }
}
