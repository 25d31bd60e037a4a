// The actors of a queue, as people on call see them: counted by state, listed, and one by one.
import { checkName } from '../contract/names.js';
import type { RecordStore } from '../engine/record-store.js';
import { defineOptions } from '../options/options.js';
import type { OptionInput } from '../options/option-spec.js';
import { checkActorId } from './actor-contract.js';
import { actorRecordOf, viewOf, type ActorView } from './actor-record.js';

const listTable = {
  state: {
    type: 'string',
    doc: 'Only actors in this state: a name, or names with dots for nested states; a tag with `#` before it.',
  },
  offset: { type: 'count', default: 0, max: 10_000_000, doc: 'How many to pass over.' },
  limit: { type: 'count', default: 100, min: 1, max: 1_000, doc: 'How many to read at most.' },
} as const;

/** Checks the options of a list of actors. */
export const actorListOptions = defineOptions(listTable);

// generated: ActorListOptions

/** What {@link Actors.list} takes. */
export interface ActorListOptions {
  /** Only actors in this state: a name, or names with dots for nested states; a tag with `#` before it. */
  readonly state?: OptionInput<typeof listTable, 'state'> | undefined;
  /** How many to pass over. From 0 to 10000000; by default 0. */
  readonly offset?: OptionInput<typeof listTable, 'offset'> | undefined;
  /** How many to read at most. From 1 to 1000; by default 100. */
  readonly limit?: OptionInput<typeof listTable, 'limit'> | undefined;
}

// end: ActorListOptions

/** How many actors of one type there are. */
export interface ActorCounts {
  readonly type: string;
  /** Those that have ended and are still kept included. */
  readonly total: number;
  readonly active: number;
  readonly done: number;
  readonly stopped: number;
  /** How many are in each state, also in the states around it; one in parallel states counts in each. */
  readonly states: Readonly<Record<string, number>>;
}

/** One of a list. */
export interface ListedActor {
  readonly id: string;
  /** Since when it is in the state that was asked for; without one, when it had its last turn. */
  readonly since: Date;
}

/** One actor, with what it waits for. */
export interface ActorDetails extends ActorView {
  readonly type: string;
  /** The timers that are set. */
  readonly timers: readonly string[];
  /** The jobs that it has invoked and that have not ended. */
  readonly invocations: readonly { readonly id: string; readonly queue: string; readonly jobId: string }[];
}

/** The actors whose mail is in one queue. Every method rejects with ConnectionLostError when the connection breaks before the answer. */
export class Actors {
  readonly #store: RecordStore;

  constructor(store: RecordStore) {
    this.#store = store;
  }

  /** Every type that has actors, with how many are in which state. */
  async counts(): Promise<readonly ActorCounts[]> {
    const types = await this.#store.stores();
    return Promise.all(types.toSorted().map((type) => this.#countsOf(type)));
  }

  /** Actors of a type, those first that have been in the state, or without a turn, for longest. @throws OptionsError, NameError. */
  async list(type: string, options: ActorListOptions = {}): Promise<readonly ListedActor[]> {
    checkName('job', type);
    const { state: label, offset, limit } = actorListOptions.check(options);
    const listed = await this.#store.list(type, { label, offset, limit });
    return listed.map(({ id, sinceMs }) => ({ id, since: new Date(sinceMs) }));
  }

  /** One actor; undefined where there is none. @throws NameError. */
  async actor(type: string, id: string): Promise<ActorDetails | undefined> {
    checkName('job', type);
    checkActorId(id);
    const stored = await this.#store.read(type, id);
    if (stored === undefined) return undefined;
    const { timers, invocations } = actorRecordOf(id, stored);
    const open = Object.entries(invocations).map(([own, { queue, job }]) => ({ id: own, queue, jobId: job }));
    return { type, ...viewOf(id, stored), timers: Object.keys(timers), invocations: open };
  }

  async #countsOf(type: string): Promise<ActorCounts> {
    const { total, labels } = await this.#store.count(type);
    const countOf = (wanted: string) => labels.find(({ label }) => label === wanted)?.count ?? 0;
    const states = labels.filter(({ label }) => !label.startsWith(STATUS)).map(({ label, count }) => [label, count]);
    const [active, done, stopped] = ['active', 'done', 'stopped'].map((status) => countOf(STATUS + status));
    return {
      type,
      total,
      active: active ?? 0,
      done: done ?? 0,
      stopped: stopped ?? 0,
      states: Object.fromEntries(states) as Readonly<Record<string, number>>,
    };
  }
}

/** What the labels begin with that say whether an actor is active. */
const STATUS = 'status ';
