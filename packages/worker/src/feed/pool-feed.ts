// What one pool's consumers do, for those who look at the fleet. Costs them one comparison a step while nobody watches.
import type { ConsumerReport, QueueTotals } from '@acktor/core/engine';
import type { Actor } from 'xstate';
import type { Clock } from '../channel/clock.js';
import type { consumerMachine } from '../consumer/consumer.machine.js';
import type { TransitionListener } from '../consumer/compiled-machine.js';
import { dottedState } from '../consumer/consumer-protocol.js';
import type { FeedSource, SourceChanges, SourceReport } from './feed-protocol.js';
import { TransitionCounter, type Standing } from './transition-counter.js';

type Consumer = Actor<typeof consumerMachine>;

export interface PoolFeedDeps {
  readonly queue: string;
  readonly consumers: ReadonlySet<Consumer>;
  /** Since when a consumer holds what it holds, or is parked, in milliseconds since the epoch. */
  readonly heldSinceMs: (consumer: Consumer) => number | undefined;
  readonly parkedSinceMs: (consumer: Consumer) => number | undefined;
  readonly totals: () => QueueTotals;
  readonly clock: Clock;
}

export class PoolFeed implements FeedSource {
  readonly #deps: PoolFeedDeps;
  readonly #states = new WeakMap<object, string>();
  #counter: TransitionCounter<object> | undefined;
  #gone: string[] = [];
  #lastTotals = '';

  /** Told of every step of every consumer; undefined while nobody watches. */
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
    this.onTransition = (consumer, { value }) => counter.stepped(consumer, this.#dotted(value));
  }

  endWatch(): void {
    this.onTransition = undefined;
    this.#counter = undefined;
    this.#gone = [];
  }

  joined(consumer: Consumer): void {
    this.#counter?.follow(consumer, this.#standing(consumer));
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
    const followed = this.#counter?.standing(consumer);
    const { state, sinceMs } = followed ?? this.#standing(consumer);
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

  /** As far as is known of a consumer whose steps nobody followed. */
  #standing(consumer: Consumer): Standing {
    const { heldSinceMs, parkedSinceMs, clock } = this.#deps;
    const sinceMs = heldSinceMs(consumer) ?? parkedSinceMs(consumer) ?? clock.now();
    return { state: this.#dotted(consumer.getSnapshot().value), sinceMs };
  }

  /** XState gives the same value for the same state in the busy loop, where this is asked most. */
  #dotted(value: Parameters<typeof dottedState>[0]): string {
    if (typeof value === 'string') return value;
    const known = this.#states.get(value);
    if (known !== undefined) return known;
    const state = dottedState(value);
    this.#states.set(value, state);
    return state;
  }
}

/** To ask the queue in vain now and then is no end of a consumer's rest. */
function holdsNothing(state: string): boolean {
  return state === 'idle' || state === 'fetching';
}
