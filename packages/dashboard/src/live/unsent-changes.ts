// What has changed since it was last sent to browsers, so much at a time: of the fleet, and of things with a key.
//
// A thing that changes again before its change was sent is sent once, with its latest value, in the place of its first change. So
// what has waited longest is sent next, and nothing starves however much changes.
import type { ActorReport, ConsumerReport, QueueTotals, WorkerFrame, WorkerReport } from '@acktor/core/engine';
import { FleetModel, WorkerModel } from '../protocol/fleet-model.js';
import type { FleetFrame, WorkerChange } from '../protocol/live.js';

/** The part of a frame that is about workers. */
export type FleetChanges = Pick<FleetFrame, 'joined' | 'gone' | 'changes'>;

/** The fleet as workers publish it. */
export class TrackedFleet extends FleetModel<TrackedWorker> {
  readonly #joined = new Set<string>();
  readonly #gone = new Map<string, 'left' | 'died'>();
  /** Consumers and actors, by worker and name, in the order of their first change. */
  readonly #changed = new Map<string, { readonly workerId: string; readonly name: string }>();

  reports(): readonly WorkerReport[] {
    return [...this.workers.values()].map((worker) => worker.current());
  }

  override report(report: WorkerReport): void {
    super.report(report);
    this.#joined.add(report.workerId);
    this.#gone.delete(report.workerId);
  }

  /** Returns false for a worker without a report: its frames mean nothing. */
  frame(frame: WorkerFrame): boolean {
    const worker = this.change(frame.workerId, frame);
    if (worker === undefined) return false;
    worker.takeRest(frame);
    for (const name of namesIn(frame))
      this.#changed.set(`${frame.workerId} ${name}`, { workerId: frame.workerId, name });
    return true;
  }

  gone(workerId: string, how: 'left' | 'died'): void {
    if (!this.workers.delete(workerId)) return;
    this.#joined.delete(workerId);
    this.#gone.set(workerId, how);
  }

  /** What has changed since the last call, of so many consumers and actors at most; the rest comes next time. */
  takeChanges(most: number): FleetChanges {
    const joined = [...this.#joined].flatMap((id) => this.workers.get(id)?.current() ?? []);
    const gone = [...this.#gone].map(([workerId, how]) => ({ workerId, how }));
    this.#joined.clear();
    this.#gone.clear();
    return { joined, gone, changes: this.#takeChanged(most, new Set(joined.map(({ workerId }) => workerId))) };
  }

  protected createWorker(report: WorkerReport): TrackedWorker {
    return new TrackedWorker(report);
  }

  /** @param reported workers whose whole reports are sent: these hold their changes already. */
  #takeChanged(most: number, reported: ReadonlySet<string>): readonly WorkerChange[] {
    const drafts = new Map<string, Draft>();
    let taken = 0;
    for (const [key, { workerId, name }] of this.#changed) {
      if (taken === most) break;
      this.#changed.delete(key);
      const worker = this.workers.get(workerId);
      if (worker === undefined || reported.has(workerId)) continue;
      taken += 1;
      const draft = drafts.get(workerId) ?? worker.draft();
      drafts.set(workerId, draft);
      worker.describe(name, draft);
    }
    return [...drafts.values()];
  }
}

interface Draft extends WorkerChange {
  readonly consumers: ConsumerReport[];
  actors?: ActorReport[];
  readonly goneConsumers: string[];
}

/** A worker with what frames change of it. */
class TrackedWorker extends WorkerModel<ConsumerReport> {
  #totals = new Map<string, QueueTotals>();
  #state = this.report.state;
  #eventLoop = this.report.eventLoop;
  #atMs = this.report.atMs;

  override replace(report: WorkerReport): void {
    super.replace(report);
    this.#totals = new Map(report.totals.map((totals) => [totals.queue, totals]));
    [this.#state, this.#eventLoop, this.#atMs] = [report.state, report.eventLoop, report.atMs];
  }

  takeRest(frame: WorkerFrame): void {
    for (const totals of frame.totals) this.#totals.set(totals.queue, totals);
    this.#state = frame.state ?? this.#state;
    [this.#eventLoop, this.#atMs] = [frame.eventLoop, frame.atMs];
  }

  /** The last report, brought up to date. */
  current(): WorkerReport {
    return {
      ...this.report,
      consumers: [...this.consumers.values()],
      actors: [...this.actors.values()],
      totals: [...this.#totals.values()],
      state: this.#state,
      eventLoop: this.#eventLoop,
      atMs: this.#atMs,
    };
  }

  draft(): Draft {
    const { lagP99Ms, blockedForMs } = this.#eventLoop;
    return { workerId: this.report.workerId, lagP99Ms, blockedForMs, consumers: [], goneConsumers: [] };
  }

  /** Adds to a draft how a consumer or an actor is now. */
  describe(name: string, draft: Draft): void {
    const consumer = this.consumers.get(name);
    const actor = this.actors.get(name);
    if (consumer) draft.consumers.push(consumer);
    else if (actor) (draft.actors ??= []).push(actor);
    else draft.goneConsumers.push(name);
  }

  protected updated(_known: ConsumerReport | undefined, report: ConsumerReport): ConsumerReport {
    return report;
  }
}

function namesIn({ consumers, actors = [], gone }: WorkerFrame): readonly string[] {
  return [...consumers.map(({ consumer }) => consumer), ...actors.map(({ actor }) => actor), ...gone];
}

export interface Delta<Item> {
  readonly changed: readonly Item[];
  /** The keys of items that no longer exist. */
  readonly gone: readonly string[];
}

/** Finds which of many items with a key differ from what was last sent of them. */
export class DeltaTracker<Item> {
  readonly #keyOf: (item: Item) => string;
  readonly #sent = new Map<string, string>();
  readonly #waiting = new Map<string, Item>();

  constructor(keyOf: (item: Item) => string) {
    this.#keyOf = keyOf;
  }

  /**
   * Returns what to send of all items that there are now, and takes that as sent.
   *
   * @param most how many may be sent, besides urgent ones.
   * @param isUrgent for items that must not wait.
   */
  take(items: readonly Item[], most: number, isUrgent: (item: Item) => boolean = () => false): Delta<Item> {
    const texts = new Map(items.map((item) => [this.#keyOf(item), JSON.stringify(item)] as const));
    for (const item of items) this.#note(item, texts);
    const gone = [...this.#sent.keys()].filter((key) => !texts.has(key));
    for (const key of gone) this.#sent.delete(key);
    for (const key of this.#waiting.keys()) if (!texts.has(key)) this.#waiting.delete(key);
    const keys = [...this.#waiting].filter(([, item], at) => at < most || isUrgent(item)).map(([key]) => key);
    return { changed: keys.flatMap((key) => this.#send(key, texts)), gone };
  }

  /** An item that waits already keeps its place. */
  #note(item: Item, texts: ReadonlyMap<string, string>): void {
    const key = this.#keyOf(item);
    if (this.#sent.get(key) === texts.get(key)) this.#waiting.delete(key);
    else this.#waiting.set(key, item);
  }

  #send(key: string, texts: ReadonlyMap<string, string>): readonly Item[] {
    const item = this.#waiting.get(key);
    this.#waiting.delete(key);
    this.#sent.set(key, texts.get(key) ?? '');
    return item === undefined ? [] : [item];
  }
}
