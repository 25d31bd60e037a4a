// The fleet as it stands, and what has changed of it since the last frame.
import type { ActorReport, ConsumerReport, EventLoopReport, WorkerFrame, WorkerReport } from '@acktor/core/engine';
import type { FleetFrame, WorkerChange } from '../protocol/live.js';

/** What a frame says of workers. */
export type FleetChanges = Pick<FleetFrame, 'joined' | 'gone' | 'changes'>;

/**
 * Holds reports and applies frames to them. A consumer that changes again before its change was told is told once, as it
 * stands then, in the place of the first: so whoever waits longest is always next, and none starves however many change.
 */
export class FleetModel {
  readonly #workers = new Map<string, KnownWorker>();
  readonly #joined = new Set<string>();
  readonly #gone = new Map<string, 'left' | 'died'>();
  /** Consumers and actors to be told of, by worker and name, in the order of their first change. */
  readonly #changed = new Map<string, { readonly workerId: string; readonly name: string }>();

  reports(): readonly WorkerReport[] {
    return [...this.#workers.values()].map(reportOf);
  }

  has(workerId: string): boolean {
    return this.#workers.has(workerId);
  }

  reportOf(workerId: string): WorkerReport | undefined {
    const worker = this.#workers.get(workerId);
    return worker && reportOf(worker);
  }

  /** A process as it stands; replaces what was known of it. */
  report(report: WorkerReport): void {
    this.#workers.set(report.workerId, knownWorker(report));
    this.#joined.add(report.workerId);
    this.#gone.delete(report.workerId);
  }

  /** Answers whether the worker is known: a frame says nothing without the report before it. */
  frame(frame: WorkerFrame): boolean {
    const worker = this.#workers.get(frame.workerId);
    if (worker === undefined) return false;
    for (const consumer of frame.consumers) worker.consumers.set(consumer.consumer, consumer);
    for (const actor of frame.actors ?? []) worker.actors.set(actor.actor, actor);
    for (const name of frame.gone) for (const all of [worker.consumers, worker.actors]) all.delete(name);
    for (const name of namesIn(frame))
      this.#changed.set(`${frame.workerId} ${name}`, { workerId: frame.workerId, name });
    for (const totals of frame.totals) worker.totals.set(totals.queue, totals);
    worker.state = frame.state ?? worker.state;
    worker.eventLoop = frame.eventLoop;
    worker.atMs = frame.atMs;
    return true;
  }

  gone(workerId: string, how: 'left' | 'died'): void {
    if (!this.#workers.delete(workerId)) return;
    this.#joined.delete(workerId);
    this.#gone.set(workerId, how);
  }

  /** What has changed since it was asked last, of so many consumers and actors at most; the rest comes next time. */
  takeChanges(most: number): FleetChanges {
    const joined = [...this.#joined].flatMap((id) => this.reportOf(id) ?? []);
    const gone = [...this.#gone].map(([workerId, how]) => ({ workerId, how }));
    this.#joined.clear();
    this.#gone.clear();
    const news = new Set(joined.map(({ workerId }) => workerId));
    return { joined, gone, changes: this.#takeChanged(most, news) };
  }

  #takeChanged(most: number, news: ReadonlySet<string>): readonly WorkerChange[] {
    const changes = new Map<string, Draft>();
    let taken = 0;
    for (const [key, { workerId, name }] of this.#changed) {
      if (taken === most) break;
      this.#changed.delete(key);
      const worker = this.#workers.get(workerId);
      if (worker === undefined || news.has(workerId)) continue;
      taken += 1;
      const draft = changes.get(workerId) ?? draftOf(worker);
      changes.set(workerId, draft);
      note(draft, worker, name);
    }
    return [...changes.values()];
  }
}

/** A worker with what frames change of it apart. */
interface KnownWorker {
  readonly report: WorkerReport;
  readonly consumers: Map<string, ConsumerReport>;
  readonly actors: Map<string, ActorReport>;
  readonly totals: Map<string, WorkerReport['totals'][number]>;
  state: string;
  eventLoop: EventLoopReport;
  atMs: number;
}

interface Draft extends WorkerChange {
  readonly consumers: ConsumerReport[];
  actors?: ActorReport[];
  readonly goneConsumers: string[];
}

function knownWorker(report: WorkerReport): KnownWorker {
  const { consumers, actors = [], totals, state, eventLoop, atMs } = report;
  return {
    report,
    consumers: new Map(consumers.map((consumer) => [consumer.consumer, consumer])),
    actors: new Map(actors.map((actor) => [actor.actor, actor])),
    totals: new Map(totals.map((of) => [of.queue, of])),
    state,
    eventLoop,
    atMs,
  };
}

function reportOf({ report, state, eventLoop, atMs, ...worker }: KnownWorker): WorkerReport {
  const { consumers, actors, totals } = worker;
  const values = { consumers: [...consumers.values()], actors: [...actors.values()], totals: [...totals.values()] };
  return { ...report, ...values, state, eventLoop, atMs };
}

function namesIn({ consumers, actors = [], gone }: WorkerFrame): readonly string[] {
  return [...consumers.map(({ consumer }) => consumer), ...actors.map(({ actor }) => actor), ...gone];
}

/** Writes down how a consumer or an actor stands now. */
function note(draft: Draft, worker: KnownWorker, name: string): void {
  const consumer = worker.consumers.get(name);
  const actor = worker.actors.get(name);
  if (consumer) draft.consumers.push(consumer);
  else if (actor) (draft.actors ??= []).push(actor);
  else draft.goneConsumers.push(name);
}

function draftOf({ report: { workerId }, eventLoop: { lagP99Ms, blockedForMs } }: KnownWorker): Draft {
  return { workerId, lagP99Ms, blockedForMs, consumers: [], goneConsumers: [] };
}
