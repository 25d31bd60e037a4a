// The port to the groups of one queue: its keys, and what operators do with them.
import type { LimitChange } from '../operator/queue-admin.js';
import type { RateLimit } from './work-queue.js';

/** One key at one moment. */
export interface KeyState {
  readonly key: string;
  /** Jobs that wait for a turn of the key. */
  readonly held: number;
  /** Jobs that have their turn: they wait in the queue, are under way, or wait for their next attempt. */
  readonly turns: number;
  readonly isPaused: boolean;
  /** How many turns the key has, where that is set for it alone. */
  readonly concurrency: number | undefined;
  /** How many of its jobs may begin in a span, where that is set for it alone. */
  readonly rate: RateLimit | undefined;
}

/** Some of the keys, in no order. */
export interface KeyPage {
  readonly keys: readonly KeyState[];
  /** Where the next page begins; undefined on the last. A queue that moves between two pages may repeat keys, and pass over none that stays. */
  readonly cursor: string | undefined;
}

/** The groups of one queue. A key is there while it has jobs, is paused, or has a limit of its own. */
export interface KeyStore {
  /** From a cursor of an earlier page, or the first; about so many. */
  page(cursor: string | undefined, limit: number): Promise<KeyPage>;
  /**
   * Sets how many turns a key has, and how many of its jobs begin in a span, or those of keys without limits of their own (`key` undefined).
   * Without a concurrency the jobs' own counts. More turns are given at once to the key, and soon to all keys; fewer hold as turns end. A rate
   * is a bucket of `max` tokens, filled evenly: a job takes one when it gets its turn, and begins when there is one.
   */
  limit(key: string | undefined, change: LimitChange): Promise<void>;
  /** Gives the key no further turns; what has one goes on. May be repeated. */
  pause(key: string): Promise<void>;
  /** May be repeated. */
  resume(key: string): Promise<void>;
  /**
   * Removes the key's jobs that wait for a turn, up to so many, the first first; then, where none is left or with `isLast`, those that have
   * theirs and wait in the queue.
   */
  purge(key: string, page: PurgePage): Promise<PurgeOutcome>;
}

/** One page of a purge. */
export interface PurgePage {
  readonly most: number;
  /** Whether no other page follows, though others have come to wait. */
  readonly isLast: boolean;
}

/** What one page of a purge has removed, and how many jobs still wait for a turn of the key. */
export interface PurgeOutcome {
  readonly removed: number;
  readonly left: number;
}
