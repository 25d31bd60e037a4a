// What one pool's consumers do, for the watchers of the fleet. Costs them one comparison a transition while there are none.
import type { ConsumerReport, QueueTotals, TransitionCount, EngineClock } from '@acktor/core/engine';
import type { Actor } from 'xstate';
import type { consumerMachine } from '../consumer/consumer.machine.js';
import type { TransitionListener } from '../consumer/compiled-transitions.js';
import { dottedState } from '../consumer/consumer-protocol.js';
import type { FeedSource, SourceChanges, SourceReport } from './feed-protocol.js';

type Consumer = Actor<typeof consumerMachine>;

export interface PoolFeedDeps {
  readonly queue: string;
  readonly consumers: ReadonlySet<Consumer>;
  /** Since when a consumer holds what it holds, or is parked, in milliseconds since the epoch. */
  readonly heldSinceMs: (consumer: Consumer) => number | undefined;
  readonly parkedSinceMs: (consumer: Consumer) => number | undefined;
  readonly totals: () => QueueTotals;
  readonly clock: EngineClock;
}

export class PoolFeed implements FeedSource {
  readonly #deps: PoolFeedDeps;
  readonly #states = new WeakMap<object, string>();
  #counter: TransitionCounter<object> | undefined;
  #gone: string[] = [];
  #lastTotals = '';

  /** Called after each transition of each consumer; undefined while the fleet is not watched. */
  onTransition: TransitionListener | undefined;

  constructor(deps: PoolFeedDeps) {
    this.#deps = deps;
  }

  beginWatch(): void {
    const { queue, clock, consumers } = this.#deps;
    const counter = new TransitionCounter<object>({
      machineId: 'consumer',
      queue,
      now: () => clock.now(),
      isRest: holdsNothing,
    });
    this.#counter = counter;
    for (const consumer of consumers) this.joined(consumer);
    this.#lastTotals = '';
    this.onTransition = (consumer, { value }) => counter.moved(consumer, this.#dotted(value));
  }

  endWatch(): void {
    this.onTransition = undefined;
    this.#counter = undefined;
    this.#gone = [];
  }

  joined(consumer: Consumer): void {
    this.#counter?.follow(consumer, this.#presentState(consumer));
  }

  left(consumer: Consumer): void {
    this.#counter?.forget(consumer);
    if (this.#counter) this.#gone.push(consumer.id);
  }

  report(): SourceReport {
    return { consumers: [...this.#deps.consumers].map((one) => this.#reportOf(one)), totals: [this.#deps.totals()] };
  }

  take(): SourceChanges {
    const { changed, steps } = this.#counter?.take() ?? { changed: [], steps: [] };
    const gone = this.#gone;
    this.#gone = [];
    const isHere = (one: object): one is Consumer => this.#deps.consumers.has(one as Consumer);
    return { consumers: changed.filter(isHere).map((one) => this.#reportOf(one)), gone, steps, ...this.#newTotals() };
  }

  #newTotals(): Pick<SourceReport, 'totals'> {
    const totals = this.#deps.totals();
    const text = JSON.stringify(totals);
    if (text === this.#lastTotals) return {};
    this.#lastTotals = text;
    return { totals: [totals] };
  }

  #reportOf(consumer: Consumer): ConsumerReport {
    const followed = this.#counter?.stateOf(consumer);
    const { state, sinceMs } = followed ?? this.#presentState(consumer);
    const held = this.#heldBy(consumer, sinceMs);
    const inStateSinceMs = (state === 'idle' ? followed?.restSinceMs : undefined) ?? sinceMs;
    return { consumer: consumer.id, queue: this.#deps.queue, state, inStateSinceMs, held };
  }

  /** What its handler works on, be its delivery over or not. */
  #heldBy(consumer: Consumer, sinceMs: number): ConsumerReport['held'] {
    const { delivery, stuck } = consumer.getSnapshot().context;
    const record = (delivery ?? stuck?.job)?.record;
    if (record === undefined) return undefined;
    const { id: jobId, name: jobName, attemptsMade } = record;
    const heldSinceMs = this.#deps.heldSinceMs(consumer) ?? stuck?.sinceMs ?? sinceMs;
    return { jobId, jobName, attempt: attemptsMade + 1, heldSinceMs };
  }

  /** As far as is known of a consumer whose transitions were not followed. */
  #presentState(consumer: Consumer): StateSince {
    const { heldSinceMs, parkedSinceMs, clock } = this.#deps;
    const sinceMs = heldSinceMs(consumer) ?? parkedSinceMs(consumer) ?? clock.now();
    return { state: this.#dotted(consumer.getSnapshot().value), sinceMs };
  }

  /** XState gives the same value for the same state in the busy loop, where this is called most. */
  #dotted(value: Parameters<typeof dottedState>[0]): string {
    if (typeof value === 'string') return value;
    const known = this.#states.get(value);
    if (known !== undefined) return known;
    const state = dottedState(value);
    this.#states.set(value, state);
    return state;
  }
}

/** A fetch in vain now and then does not end a consumer's rest. */
function holdsNothing(state: string): boolean {
  return state === 'idle' || state === 'fetching';
}

/** The state of an actor, and since when, in milliseconds since the epoch. */
export interface StateSince {
  readonly state: string;
  readonly sinceMs: number;
}

/** The same of an actor that is followed. */
export interface FollowedState extends StateSince {
  /** Since when it rests; undefined while it does not. */
  readonly restSinceMs: number | undefined;
}

export interface TransitionCounterDeps {
  readonly machineId: string;
  readonly queue: string;
  readonly now: () => number;
  /** Which states are rest: an actor that goes from one to another rests on. Default: none. */
  readonly isRest?: (state: string) => boolean;
}

/** Counts the transitions of the actors of one chart, each with how long the state before it had lasted. `One` is an actor. */
export class TransitionCounter<One extends object> {
  readonly #of: Pick<TransitionCounterDeps, 'machineId' | 'queue'>;
  readonly #now: () => number;
  readonly #isRest: (state: string) => boolean;
  readonly #followed = new Map<One, Followed>();
  #changed: One[] = [];
  readonly #counts = new Map<string, Map<string, EdgeCount>>();

  constructor({ machineId, queue, now, isRest = () => false }: TransitionCounterDeps) {
    this.#of = { machineId, queue };
    this.#now = now;
    this.#isRest = isRest;
  }

  /** Begins to follow an actor that is in this state. Counts no transition. */
  follow(actor: One, { state, sinceMs }: StateSince): void {
    const before = this.#followed.get(actor);
    const restSinceMs = this.#isRest(state) ? (before?.restSinceMs ?? sinceMs) : undefined;
    const followed = { state, sinceMs, restSinceMs, isChanged: before?.isChanged ?? false };
    this.#followed.set(actor, followed);
    this.#mark(actor, followed);
  }

  /** All actors that are followed. */
  all(): readonly One[] {
    return [...this.#followed.keys()];
  }

  /** The state of the actor; what is returned changes with it. */
  stateOf(actor: One): FollowedState | undefined {
    return this.#followed.get(actor);
  }

  forget(actor: One): void {
    this.#followed.delete(actor);
    this.#changed = this.#changed.filter((one) => one !== actor);
  }

  /** To be called when the actor has taken an event, and is in this state now, which may be the one before. */
  moved(actor: One, state: string): void {
    const followed = this.#followed.get(actor);
    if (followed === undefined) return this.follow(actor, { state, sinceMs: this.#now() });
    if (followed.state === state) return;
    const sinceMs = this.#now();
    this.#count(followed, state, sinceMs);
    // In place: a busy process makes tens of thousands of transitions a second.
    followed.state = state;
    followed.sinceMs = sinceMs;
    followed.restSinceMs = this.#isRest(state) ? (followed.restSinceMs ?? sinceMs) : undefined;
    this.#mark(actor, followed);
  }

  /** Drops what was counted; all actors count as changed. */
  restart(): void {
    this.#counts.clear();
    for (const [actor, followed] of this.#followed) this.#mark(actor, followed);
  }

  /** Returns the actors that changed since the last take, and the transitions since. */
  take(): { readonly changed: readonly One[]; readonly steps: readonly TransitionCount[] } {
    const taken = { changed: this.#changed, steps: [...this.#transitions()] };
    for (const followed of this.#followed.values()) followed.isChanged = false;
    this.#changed = [];
    this.#counts.clear();
    return taken;
  }

  #mark(actor: One, followed: Followed): void {
    if (followed.isChanged) return;
    followed.isChanged = true;
    this.#changed.push(actor);
  }

  #count(before: StateSince, to: string, atMs: number): void {
    const edges = this.#counts.get(before.state) ?? new Map<string, EdgeCount>();
    if (edges.size === 0) this.#counts.set(before.state, edges);
    const edge = edges.get(to);
    const dwellMs = atMs - before.sinceMs;
    if (edge === undefined) return void edges.set(to, { count: 1, dwellMs });
    edge.count += 1;
    edge.dwellMs += dwellMs;
  }

  *#transitions(): Iterable<TransitionCount> {
    for (const [from, edges] of this.#counts)
      for (const [to, { count, dwellMs }] of edges) yield { ...this.#of, from, to, count, dwellMsTotal: dwellMs };
  }
}

interface Followed {
  state: string;
  sinceMs: number;
  restSinceMs: number | undefined;
  isChanged: boolean;
}

interface EdgeCount {
  count: number;
  dwellMs: number;
}
