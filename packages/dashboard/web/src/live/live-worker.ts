// Worker processes and their consumers as the page shows them: what is known of each, since when, and what it did before.
import type { ConsumerReport, WorkerReport } from '@acktor/core/engine';
import { WorkerModel } from '#protocol/fleet-model.js';
import { ShareHistory, type UsualDurations } from './history.js';

/** What a worker needs of the fleet that it belongs to. */
export interface Feed {
  /** When the server wrote the latest event, by its clock. */
  readonly latestAtMs: number;
  readonly usual: UsualDurations;
  /** The server's time now. */
  nowMs(): number;
}

/** The server sends an event every second: when the latest is older than two, the next is delayed. */
export const freshForMs = 2_000;

export class LiveWorker extends WorkerModel<LiveConsumer> {
  readonly id: string;
  readonly shares = new ShareHistory();
  lagP99Ms: number;
  blockedForMs: number;
  /** When and how it ended; undefined while it lives. */
  ended: { readonly atMs: number; readonly how: 'left' | 'died' } | undefined;
  /** When it published the latest that the server knows of it; undefined while that is fresh. */
  quietSinceMs: number | undefined;

  constructor(
    report: WorkerReport,
    private readonly feed: Feed,
  ) {
    super(report);
    this.id = report.workerId;
    this.lagP99Ms = report.eventLoop.lagP99Ms;
    this.blockedForMs = report.eventLoop.blockedForMs;
  }

  /** Its host and pid, for people. */
  get name(): string {
    return `${this.report.host} · ${this.report.pid}`;
  }

  /** The worker's own state, such as `running` or `draining`. */
  get state(): string {
    return this.actors.get('worker')?.state ?? this.report.state;
  }

  /** Whether what is known of it is so old that it may have changed since. */
  get isQuiet(): boolean {
    const nowMs = this.feed.nowMs();
    return this.ended === undefined && this.asOfMs(nowMs) < nowMs;
  }

  /** The time for which what is known of it is true: now, or earlier when it is quiet or the stream is late. */
  asOfMs(nowMs: number): number {
    if (this.ended !== undefined) return nowMs;
    const { latestAtMs } = this.feed;
    const streamedMs = nowMs - latestAtMs > freshForMs ? latestAtMs : nowMs;
    return Math.min(nowMs, this.quietSinceMs ?? nowMs, streamedMs);
  }

  end(how: 'left' | 'died', atMs: number): void {
    if (this.ended !== undefined) return;
    this.ended = { atMs, how };
    for (const consumer of this.consumers.values()) consumer.lose(atMs);
  }

  protected updated(known: LiveConsumer | undefined, report: ConsumerReport): LiveConsumer {
    if (known === undefined) return new LiveConsumer(this, report);
    known.update(report, this.feed.usual);
    return known;
  }
}

/** A time in one state; it ends where the next one begins. */
export interface StateSpan {
  readonly state: string;
  readonly sinceMs: number;
  readonly jobId: string | undefined;
  readonly jobName: string | undefined;
}

/** More would cost memory and show nothing: a lane has fewer pixels. */
const maxSpans = 800;

/** One consumer, and the states it was in while the page was open. */
export class LiveConsumer {
  /** Unique in the fleet. */
  readonly key: string;
  readonly spans: StateSpan[];

  constructor(
    readonly worker: LiveWorker,
    public report: ConsumerReport,
  ) {
    this.key = `${worker.id}/${report.consumer}`;
    this.spans = [spanOf(report)];
  }

  get queue(): string {
    return this.report.queue;
  }

  /** Its state, or `lost` when its process has died. */
  get state(): string {
    return this.worker.ended === undefined ? this.report.state : 'lost';
  }

  get sinceMs(): number {
    return this.worker.ended?.atMs ?? this.report.inStateSinceMs;
  }

  /** How long it has held its job; undefined when it holds none. */
  heldForMs(nowMs: number): number | undefined {
    const { held } = this.report;
    return held === undefined || this.worker.ended !== undefined ? undefined : Math.max(0, nowMs - held.heldSinceMs);
  }

  /** Whether it has held its job for much longer than that job usually takes, so that a person should look. */
  isStuck(usual: UsualDurations, nowMs: number): boolean {
    const { held } = this.report;
    const heldMs = this.heldForMs(nowMs);
    if (held === undefined || heldMs === undefined) return false;
    const p99Ms = usual.p99Ms(held.jobName);
    return heldMs > (p99Ms === undefined ? stuckUnknownMs : Math.max(stuckLeastMs, stuckTimesUsual * p99Ms));
  }

  update(report: ConsumerReport, usual: UsualDurations): void {
    const before = this.report.held;
    if (before !== undefined && before.jobId !== report.held?.jobId)
      usual.add(before.jobName, Math.max(0, report.inStateSinceMs - before.heldSinceMs));
    this.report = report;
    const last = this.spans.at(-1);
    if (last?.state === report.state && last.sinceMs === report.inStateSinceMs) return;
    this.#push(spanOf(report));
  }

  /** Called when its process has ended. */
  lose(atMs: number): void {
    this.#push({ state: 'lost', sinceMs: atMs, jobId: this.report.held?.jobId, jobName: this.report.held?.jobName });
  }

  #push(span: StateSpan): void {
    this.spans.push(span);
    // The older half keeps every second span: far back, a lane shows less than it holds.
    if (this.spans.length > maxSpans) thin(this.spans);
  }
}

const stuckTimesUsual = 3;
/** The p99 of a short job says little: two seconds are not stuck. */
const stuckLeastMs = 5_000;
/** For a job of which too few deliveries were seen. */
const stuckUnknownMs = 60_000;

function thin(spans: StateSpan[]): void {
  const half = spans.length / 2;
  const kept = spans.filter((_, index) => index >= half || index % 2 === 0);
  spans.splice(0, spans.length, ...kept);
}

function spanOf({ state, inStateSinceMs, held }: ConsumerReport): StateSpan {
  return { state, sinceMs: inStateSinceMs, jobId: held?.jobId, jobName: held?.jobName };
}
