// The fleet as its reports and frames describe it, and how fast its queues moved over the last seconds.
import type { ConsumerReport, FleetWatcher, QueueTotals, WorkerFrame, WorkerReport } from '@acktor/core/engine';

/** A worker process; one that is gone stays for a while, so that a person sees what happened. */
export interface SeenWorker {
  readonly report: WorkerReport;
  /** How it ended; undefined while it is there. */
  readonly gone: 'left' | 'died' | undefined;
}

export class FleetPicture implements FleetWatcher {
  readonly #workers = new Map<string, WorkerReport>();
  readonly #gone = new Map<
    string,
    { readonly report: WorkerReport; readonly how: 'left' | 'died'; readonly atMs: number }
  >();
  readonly #rates: RateWindow;
  readonly #now: () => number;
  #isAway = false;

  constructor(now: () => number = Date.now) {
    this.#now = now;
    this.#rates = new RateWindow(now());
  }

  get isAway(): boolean {
    return this.#isAway;
  }

  /** Those that are there, by host and process, then those that went in the last ten seconds. */
  workers(): readonly SeenWorker[] {
    const here = [...this.#workers.values()].toSorted(byPlace).map((report) => ({ report, gone: undefined }));
    for (const [id, { atMs }] of this.#gone) if (this.#now() - atMs > GONE_FOR_MS) this.#gone.delete(id);
    return [...here, ...[...this.#gone.values()].map(({ report, how }) => ({ report, gone: how }))];
  }

  /** How fast each queue moved over the last seconds. */
  rates(): ReadonlyMap<string, QueueRate> {
    return this.#rates.read(this.#now());
  }

  onReport(report: WorkerReport): void {
    this.#gone.delete(report.workerId);
    this.#count(report.workerId, report.totals);
    this.#workers.set(report.workerId, report);
  }

  onFrame(frame: WorkerFrame): void {
    const known = this.#workers.get(frame.workerId);
    if (known === undefined) return;
    this.#count(frame.workerId, frame.totals);
    const { state = known.state, atMs, eventLoop } = frame;
    const consumers = applied(known.consumers, frame);
    const totals = replaced(known.totals, frame.totals, ({ queue }) => queue);
    this.#workers.set(frame.workerId, { ...known, state, atMs, eventLoop, consumers, totals });
  }

  onGone(workerId: string, how: 'left' | 'died'): void {
    const report = this.#workers.get(workerId);
    this.#workers.delete(workerId);
    if (report) this.#gone.set(workerId, { report, how, atMs: this.#now() });
  }

  onConnection(state: 'away' | 'back'): void {
    this.#isAway = state === 'away';
  }

  #count(workerId: string, totals: readonly QueueTotals[]): void {
    const known = this.#workers.get(workerId);
    if (known) this.#rates.add(known.totals, totals, this.#now());
  }
}

function applied(consumers: readonly ConsumerReport[], frame: WorkerFrame): readonly ConsumerReport[] {
  if (frame.consumers.length === 0 && frame.gone.length === 0) return consumers;
  const gone = new Set(frame.gone);
  return replaced(consumers, frame.consumers, ({ consumer }) => consumer).filter(({ consumer }) => !gone.has(consumer));
}

/** What is new takes the place of what has the same name. */
function replaced<Item>(before: readonly Item[], after: readonly Item[], nameOf: (item: Item) => string) {
  return [...new Map([...before, ...after].map((item) => [nameOf(item), item])).values()];
}

function byPlace(one: WorkerReport, other: WorkerReport): number {
  return one.host.localeCompare(other.host, 'en') || one.pid - other.pid;
}

const GONE_FOR_MS = 10_000;

/** How fast a queue moved over the last five seconds, from totals that only grow. */
export interface QueueRate {
  readonly ackedPerSecond: number;
  /** Retried, requeued or dead-lettered. */
  readonly rejectedPerSecond: number;
}

interface Growth {
  readonly atMs: number;
  readonly queue: string;
  readonly acked: number;
  readonly rejected: number;
}

class RateWindow {
  #growths: Growth[] = [];
  readonly #beganAtMs: number;

  constructor(beganAtMs: number) {
    this.#beganAtMs = beganAtMs;
  }

  /** One worker's totals grew from these to those. */
  add(before: readonly QueueTotals[], after: readonly QueueTotals[], atMs: number): void {
    for (const totals of after) {
      const last = before.find(({ queue }) => queue === totals.queue);
      const acked = totals.acked - (last?.acked ?? 0);
      const rejected = rejectedIn(totals) - (last === undefined ? 0 : rejectedIn(last));
      this.#growths.push({ atMs, queue: totals.queue, acked, rejected });
    }
  }

  read(nowMs: number): ReadonlyMap<string, QueueRate> {
    this.#growths = this.#growths.filter(({ atMs }) => atMs > nowMs - WINDOW_MS);
    const seconds = Math.max(1, Math.min(WINDOW_MS, nowMs - this.#beganAtMs) / 1_000);
    const rates = new Map<string, QueueRate>();
    for (const { queue, acked, rejected } of this.#growths) {
      const { ackedPerSecond = 0, rejectedPerSecond = 0 } = rates.get(queue) ?? {};
      rates.set(queue, {
        ackedPerSecond: ackedPerSecond + acked / seconds,
        rejectedPerSecond: rejectedPerSecond + rejected / seconds,
      });
    }
    return rates;
  }
}

function rejectedIn({ retried, requeued, deadLettered }: QueueTotals): number {
  return retried + requeued + deadLettered;
}

const WINDOW_MS = 5_000;
