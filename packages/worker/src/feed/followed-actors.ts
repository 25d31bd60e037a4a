// The charts that a worker has registered, and the actors on them that are no consumers: the worker's own, and the user's.
import { chartOf } from '@acktor/chart';
import { steadyNowMs, type ActorReport } from '@acktor/core/engine';
import type { AnyActorRef, AnyStateMachine, InspectionEvent, Snapshot, StateValue } from 'xstate';
import { consumerMachine } from '../consumer/consumer.machine.js';
import { dottedState } from '../consumer/consumer-protocol.js';
import { workerMachine } from '../worker/worker.machine.js';
import type { FeedSource, SourceChanges, SourceReport } from './feed-protocol.js';
import { TransitionCounter } from './pool-feed.js';

/** Learns of actors by XState's inspection: give `inspect` to `createActor`. Those on other charts are passed over. */
export class FollowedActors implements FeedSource {
  readonly #counters: ReadonlyMap<string, TransitionCounter<AnyActorRef>>;
  readonly #names = new Map<AnyActorRef, string>();
  #gone: string[] = [];
  #isWatched = false;

  constructor(machines: MachineRegistry) {
    this.#counters = new Map(
      machines.ids.map((id) => [id, new TransitionCounter({ machineId: id, queue: NO_QUEUE, now: steadyNowMs })]),
    );
  }

  readonly inspect = (event: InspectionEvent): void => {
    if (event.type !== '@xstate.snapshot' || !isOnChart(event.snapshot)) return;
    const actor = event.actorRef as AnyActorRef;
    const { machine, value, status } = event.snapshot;
    const counter = this.#counters.get(machine.id);
    if (counter === undefined) return;
    if (!this.#names.has(actor)) this.#names.set(actor, this.#freeName(actor.id));
    if (counter.stateOf(actor)) counter.moved(actor, dottedState(value));
    else counter.follow(actor, { state: dottedState(value), sinceMs: steadyNowMs() });
    if (status !== 'active') this.#forget(actor, counter);
  };

  /** The state of the actor of that name; undefined when there is none. */
  stateOf(name: string): string | undefined {
    return this.#all().find(({ actor }) => actor === name)?.state;
  }

  beginWatch(): void {
    this.#isWatched = true;
    for (const counter of this.#counters.values()) counter.restart();
  }

  endWatch(): void {
    this.#isWatched = false;
    this.#gone = [];
  }

  report(): SourceReport {
    return { actors: this.#all() };
  }

  take(): SourceChanges {
    const taken = [...this.#counters].map(([machineId, counter]) => ({ machineId, counter, ...counter.take() }));
    const actors = taken.flatMap(({ machineId, counter, changed }) => this.#reports(machineId, counter, changed));
    const gone = this.#gone;
    this.#gone = [];
    return { actors, gone, steps: taken.flatMap(({ steps }) => steps) };
  }

  #all(): readonly ActorReport[] {
    return [...this.#counters].flatMap(([machineId, counter]) => this.#reports(machineId, counter, counter.all()));
  }

  #reports(
    machineId: string,
    counter: TransitionCounter<AnyActorRef>,
    actors: readonly AnyActorRef[],
  ): readonly ActorReport[] {
    return actors.map((actor) => {
      const { state = '', sinceMs = 0 } = counter.stateOf(actor) ?? {};
      return { actor: this.#names.get(actor) ?? actor.id, machineId, state, inStateSinceMs: sinceMs };
    });
  }

  #forget(actor: AnyActorRef, counter: TransitionCounter<AnyActorRef>): void {
    counter.forget(actor);
    if (this.#isWatched) this.#gone.push(this.#names.get(actor) ?? actor.id);
    this.#names.delete(actor);
  }

  /** Ids are unique among siblings only. */
  #freeName(id: string): string {
    const taken = new Set(this.#names.values());
    let name = id;
    for (let number = 2; taken.has(name); number += 1) name = `${id}-${number}`;
    return name;
  }
}

interface OnChart {
  readonly machine: AnyStateMachine;
  readonly value: StateValue;
}

/** Actors that are promises or callbacks have snapshots, too, but no chart. */
function isOnChart(snapshot: Snapshot<unknown>): snapshot is Snapshot<unknown> & OnChart {
  return 'machine' in snapshot && 'value' in snapshot;
}

const NO_QUEUE = '';

/** Acktor's own charts, and the user's, as data that can travel. */
export class MachineRegistry {
  readonly #machines: ReadonlyMap<string, AnyStateMachine>;

  constructor(users: readonly AnyStateMachine[] = []) {
    this.#machines = new Map([...OWN, ...users].map((machine) => [machine.id, machine]));
  }

  get ids(): readonly string[] {
    return [...this.#machines.keys()];
  }

  has(machineId: string): boolean {
    return this.#machines.has(machineId);
  }

  all(): readonly { readonly machineId: string; readonly definition: string }[] {
    return [...this.#machines].map(([machineId, machine]) => ({
      machineId,
      definition: JSON.stringify(chartOf(machine)),
    }));
  }
}

/** Those whose actors a worker has. A supervisor publishes nothing to the fleet: its charts would be offered without an actor on them. */
const OWN: readonly AnyStateMachine[] = [consumerMachine, workerMachine];

/** Ids that no other machine may have, wherever it is drawn: the last two are charts of `@acktor/cli`. */
const RESERVED_IDS: readonly string[] = [...OWN.map(({ id }) => id), 'supervisor', 'workerProcess'];

/** Whether the value is a list of XState machines, none with the id of another or of Acktor's own. */
export function areMachines(value: unknown): value is readonly AnyStateMachine[] {
  if (!Array.isArray(value) || !value.every(isMachine)) return false;
  const ids = [...RESERVED_IDS, ...value.map(({ id }) => id)];
  return new Set(ids).size === ids.length;
}

/** Not `instanceof`: a user's XState may be another copy of it. */
export function isMachine(value: unknown): value is AnyStateMachine {
  const hasParts = typeof value === 'object' && value !== null && 'root' in value && 'definition' in value;
  return hasParts && 'id' in value && typeof value.id === 'string' && 'transition' in value;
}
