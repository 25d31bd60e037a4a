// The keys of a queue, as people on call see them: listed, limited, paused and purged.
import { checkName } from '../contract/names.js';
import { turnsOption } from '../contract/groups.js';
import type { KeyState, KeyStore } from '../engine/key-store.js';
import { changeIn, rateOption } from './limits.js';
import { defineOptions } from '../options/options.js';
import type { OptionInput } from '../options/option-spec.js';

const listTable = {
  limit: {
    type: 'count',
    default: 1_000,
    min: 1,
    max: 100_000,
    doc: 'How many keys to read at most.',
  },
} as const;

/** Checks the options of a list of keys. */
export const keyListOptions = defineOptions(listTable);

// generated: KeyListOptions

/** What {@link Keys.list} takes. */
export interface KeyListOptions {
  /** How many keys to read at most. From 1 to 100000; by default 1000. */
  readonly limit?: OptionInput<typeof listTable, 'limit'> | undefined;
}

// end: KeyListOptions

const limitTable = {
  concurrency: {
    ...turnsOption,
    orText: 'none',
    doc: "How many jobs of the key may have a turn at a time, in place of the contract's number; what it is now when left out.",
  },
  rate: {
    ...rateOption,
    doc: 'How many jobs of the key may begin in a span, evenly but for the first; what it is now when left out.',
  },
} as const;

/** Checks the limits of a key. */
export const keyLimitOptions = defineOptions(limitTable);

// generated: KeyLimitOptions

/** What {@link Keys.limit} and {@link Keys.limitAll} take. */
export interface KeyLimitOptions {
  /**
   * How many jobs of the key may have a turn at a time, in place of the contract's number; what it is now when left out. Bounded because
   * what has a turn is written anew with each turn that ends. From 1 to 1000, or 'none'.
   */
  readonly concurrency?: OptionInput<typeof limitTable, 'concurrency'> | undefined;
  /** How many jobs of the key may begin in a span, evenly but for the first; what it is now when left out. */
  readonly rate?: OptionInput<typeof limitTable, 'rate'> | undefined;
}

// end: KeyLimitOptions

/** Some keys of a queue. */
export interface KeyListing {
  /** Those with the most jobs that wait for a turn come first. */
  readonly keys: readonly KeyState[];
  /** Whether there are others that were not read. */
  readonly hasMore: boolean;
}

/** What the keys are read from. */
export interface KeysDeps {
  readonly store: KeyStore;
  /** Rejects where the queue was never used. */
  readonly requireQueue: () => Promise<void>;
}

/**
 * The keys of one queue: what `send(…, { key })` groups its jobs by. A key is there while it has jobs, is paused, or has a limit of its own.
 * Every method throws NameError for what is no key, QueueNotFoundError for a queue that was never used, and ConnectionLostError when the
 * connection breaks before the answer; each may be repeated.
 *
 * @example
 * const keys = operator.keys('payments');
 * for (const { key, held } of (await keys.list()).keys) console.log(key, held);
 * await keys.pause('customer-7');
 */
export class Keys {
  readonly #deps: KeysDeps;

  constructor(deps: KeysDeps) {
    this.#deps = deps;
  }

  /** Lists keys, those with the most waiting jobs first, of as many as `limit` reads. @throws OptionsError. */
  async list(options: KeyListOptions = {}): Promise<KeyListing> {
    const { limit } = keyListOptions.check(options);
    await this.#deps.requireQueue();
    const found = new Map<string, KeyState>();
    let cursor: string | undefined;
    do {
      const page = await this.#deps.store.page(cursor, Math.min(limit, PAGE));
      for (const state of page.keys) found.set(state.key, state);
      cursor = page.cursor;
    } while (cursor !== undefined && found.size < limit);
    const keys = [...found.values()].toSorted(byHeld);
    return { keys: keys.slice(0, limit), hasMore: cursor !== undefined || keys.length > limit };
  }

  /**
   * Sets how many jobs of this key may have a turn at a time, and how many begin in a span, from now on: more begin at once, fewer hold as
   * turns end. A key with twice the turns of another gets twice its share where both have jobs waiting. With `'none'` the contract's number
   * holds again, and no rate. A rate lets `max` jobs begin at once, and then one each `durationMs / max`; retries do not count.
   * @throws OptionsError.
   */
  async limit(key: string, options: KeyLimitOptions): Promise<void> {
    checkName('key', key);
    const change = changeIn(keyLimitOptions.check(options));
    await this.#deps.requireQueue();
    await this.#deps.store.limit(key, change);
  }

  /** The same for all keys without a limit of their own; they have their further turns within seconds. @throws OptionsError. */
  async limitAll(options: KeyLimitOptions): Promise<void> {
    const change = changeIn(keyLimitOptions.check(options));
    await this.#deps.requireQueue();
    await this.#deps.store.limit(undefined, change);
  }

  /** Gives the key no further turn, until it is resumed; jobs that have theirs go on. Sends go on, too. Survives restarts. */
  async pause(key: string): Promise<void> {
    checkName('key', key);
    await this.#deps.requireQueue();
    await this.#deps.store.pause(key);
  }

  /** Lets a paused key go on, at once. */
  async resume(key: string): Promise<void> {
    checkName('key', key);
    await this.#deps.requireQueue();
    await this.#deps.store.resume(key);
  }

  /**
   * Removes the key's jobs that wait, for a turn or in the queue, and resolves with how many. Those under way, and dead letters, stay. In
   * short calls between which the server serves others: a crash midway leaves the rest. It ends though jobs keep coming: those that come to
   * wait meanwhile may stay.
   */
  async purge(key: string): Promise<number> {
    checkName('key', key);
    await this.#deps.requireQueue();
    const first = await this.#deps.store.purge(key, { most: PURGED_AT_ONCE, isLast: false });
    let { removed: total, left } = first;
    while (left > 0) {
      const isLast = left <= PURGED_AT_ONCE;
      const page = await this.#deps.store.purge(key, { most: Math.min(left, PURGED_AT_ONCE), isLast });
      total += page.removed;
      left = Math.min(left - PURGED_AT_ONCE, page.left);
    }
    return total;
  }
}

function byHeld(one: KeyState, other: KeyState): number {
  return other.held - one.held || other.turns - one.turns || (one.key < other.key ? -1 : 1);
}

const PAGE = 500;
const PURGED_AT_ONCE = 200;
