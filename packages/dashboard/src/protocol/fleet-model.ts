// Worker processes with their consumers and actors, and what happened to them. The server keeps this model of what workers publish,
// the page of what the server streams; what only one of them needs is in a subclass on its side.
import type { ActorReport, ConsumerReport, WorkerReport } from '@acktor/core/engine';
import type { ProcessEvent } from './live.js';

/** What changed in one worker. */
export interface MemberChanges {
  readonly consumers: readonly ConsumerReport[];
  readonly actors?: readonly ActorReport[] | undefined;
  /** The names of consumers and actors that no longer exist. */
  readonly gone: readonly string[];
}

/** One worker process, with what is kept of each of its consumers. */
export abstract class WorkerModel<Consumer> {
  readonly consumers = new Map<string, Consumer>();
  readonly actors = new Map<string, ActorReport>();

  constructor(public report: WorkerReport) {}

  /** Takes a whole report: consumers and actors that it does not name no longer exist. */
  replace(report: WorkerReport): void {
    this.report = report;
    const names = new Set(report.consumers.map(({ consumer }) => consumer));
    for (const name of this.consumers.keys()) if (!names.has(name)) this.consumers.delete(name);
    this.actors.clear();
    this.apply({ consumers: report.consumers, actors: report.actors, gone: [] });
  }

  apply({ consumers, actors = [], gone }: MemberChanges): void {
    for (const report of consumers)
      this.consumers.set(report.consumer, this.updated(this.consumers.get(report.consumer), report));
    for (const report of actors) this.actors.set(report.actor, report);
    for (const name of gone) for (const all of [this.consumers, this.actors]) all.delete(name);
  }

  /** Returns what to keep of a consumer. @param known what was kept before; undefined for a new one. */
  protected abstract updated(known: Consumer | undefined, report: ConsumerReport): Consumer;
}

/** All worker processes by their ids. */
export abstract class FleetModel<Worker extends WorkerModel<unknown>> {
  readonly workers = new Map<string, Worker>();
  readonly processEvents = new ProcessEvents();

  /** Takes a process as it is now, in place of what was known of it. */
  report(report: WorkerReport): void {
    const worker = this.workers.get(report.workerId) ?? this.createWorker(report);
    this.workers.set(report.workerId, worker);
    worker.replace(report);
  }

  /** Applies changes to a worker and returns it; undefined for one without a report, whose changes mean nothing. */
  change(workerId: string, changes: MemberChanges): Worker | undefined {
    const worker = this.workers.get(workerId);
    worker?.apply(changes);
    return worker;
  }

  protected abstract createWorker(report: WorkerReport): Worker;
}

/** Which processes came and went in the last five minutes. A process joins once, and leaves or dies once, however often it is reported. */
export class ProcessEvents {
  #events: readonly ProcessEvent[] = [];

  /** The oldest first. */
  recent(nowMs: number): readonly ProcessEvent[] {
    this.#events = this.#events.filter(({ atMs }) => nowMs - atMs < PROCESS_EVENT_KEPT_MS);
    return this.#events;
  }

  /** Returns those of the events that were not known. */
  add(events: readonly ProcessEvent[]): readonly ProcessEvent[] {
    const known = new Set(this.#events.map(keyOf));
    const added: ProcessEvent[] = [];
    for (const event of events) {
      if (known.has(keyOf(event))) continue;
      known.add(keyOf(event));
      added.push(event);
    }
    if (added.length > 0)
      this.#events = [...this.#events, ...added].toSorted((one, other) => one.atMs - other.atMs).slice(-MOST_EVENTS);
    return added;
  }
}

export const PROCESS_EVENT_KEPT_MS = 5 * 60_000;
/** A fleet whose processes all come and go must not fill every snapshot. */
const MOST_EVENTS = 100;

const keyOf = ({ workerId, what }: ProcessEvent) => `${workerId} ${what}`;
