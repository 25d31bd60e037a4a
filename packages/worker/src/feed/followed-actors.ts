// Follows the actors on registered charts that are no consumers: the worker's own, and the user's.
import { steadyNowMs, type ActorReport } from '@acktor/core/engine';
import type { AnyActorRef, AnyStateMachine, InspectionEvent, Snapshot, StateValue } from 'xstate';
import { dottedState } from '../consumer/consumer-protocol.js';
import type { FeedSource, SourceChanges, SourceReport } from './feed-protocol.js';
import type { MachineRegistry } from './machine-registry.js';
import { TransitionCounter } from './transition-counter.js';

/** Learns of actors by XState's inspection: give `inspect` to `createActor`. Those on other charts are passed over. */
export class FollowedActors implements FeedSource {
  readonly #tallies: ReadonlyMap<string, TransitionCounter<AnyActorRef>>;
  readonly #names = new Map<AnyActorRef, string>();
  #gone: string[] = [];
  #isWatched = false;

  constructor(machines: MachineRegistry) {
    this.#tallies = new Map(
      machines.ids.map((id) => [id, new TransitionCounter({ machineId: id, queue: NO_QUEUE, now: steadyNowMs })]),
    );
  }

  readonly inspect = (event: InspectionEvent): void => {
    if (event.type !== '@xstate.snapshot' || !isOnChart(event.snapshot)) return;
    const actor = event.actorRef as AnyActorRef;
    const { machine, value, status } = event.snapshot;
    const counter = this.#tallies.get(machine.id);
    if (counter === undefined) return;
    if (!this.#names.has(actor)) this.#names.set(actor, this.#freeName(actor.id));
    if (counter.standing(actor)) counter.stepped(actor, dottedState(value));
    else counter.follow(actor, { state: dottedState(value), sinceMs: steadyNowMs() });
    if (status !== 'active') this.#forget(actor, counter);
  };

  /** Where the actor of that name stands; undefined when there is none. */
  stateOf(name: string): string | undefined {
    return this.#all().find(({ actor }) => actor === name)?.state;
  }

  beginWatch(): void {
    this.#isWatched = true;
    for (const counter of this.#tallies.values()) counter.restart();
  }

  endWatch(): void {
    this.#isWatched = false;
    this.#gone = [];
  }

  report(): SourceReport {
    return { actors: this.#all() };
  }

  take(): SourceChanges {
    const taken = [...this.#tallies].map(([machineId, counter]) => ({ machineId, counter, ...counter.take() }));
    const actors = taken.flatMap(({ machineId, counter, changed }) => this.#reports(machineId, counter, changed));
    const gone = this.#gone;
    this.#gone = [];
    return { actors, gone, steps: taken.flatMap(({ steps }) => steps) };
  }

  #all(): readonly ActorReport[] {
    return [...this.#tallies].flatMap(([machineId, counter]) => this.#reports(machineId, counter, counter.all()));
  }

  #reports(
    machineId: string,
    counter: TransitionCounter<AnyActorRef>,
    actors: readonly AnyActorRef[],
  ): readonly ActorReport[] {
    return actors.map((actor) => {
      const { state = '', sinceMs = 0 } = counter.standing(actor) ?? {};
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
