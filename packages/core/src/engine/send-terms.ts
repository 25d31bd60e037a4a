// What a send may ask of its queue, besides when and how its job is handled.
import type { Meta } from '../contract/meta.js';

/** What is asked of the queue for a job; left out where nothing is. */
export interface SendTerms {
  /** The headers of the job, frozen where it was fetched; undefined for none. Equal ones of successive jobs are best the same object. */
  readonly meta?: Meta | undefined;
  /** Given where another job may stand for this one, which is not added then. One that debounces has `delayMs` of 0. */
  readonly dedup?: Dedup | undefined;
  /** Given where the queue is bounded for this send. Equal ones of successive jobs are best the same object. */
  readonly maxLength?: MaxLength | undefined;
  /** Given where the job is of no use later. */
  readonly expiry?: Expiry | undefined;
  /** Given where the job was published. */
  readonly published?: PublishedBy | undefined;
}

/** By which exchange, and under which key, a job came to its queue. */
export interface PublishedBy {
  /** The name of the exchange that it was published to, whichever it went through. */
  readonly exchange: string;
  readonly routingKey: string;
}

/** By which key a queue takes jobs for the same, and which of those are handled. */
export interface Dedup {
  readonly key: string;
  /**
   * `once`: the first, until it has ended. `throttle`: the first, for a time from its send. `debounce`: the last: it waits for that time, and
   * takes the place of the one before while that is delayed. `keepLast`: the first with the payload of the last until it is begun, and after it
   * the last of those that came since.
   */
  readonly mode: 'once' | 'throttle' | 'debounce' | 'keepLast';
  /** Given for `throttle` and `debounce`. */
  readonly ttlMs: number | undefined;
}

/**
 * How many jobs may wait in a queue, delayed ones included, for one more to be added, and what happens to one too many: it is refused, or the
 * oldest that waits is removed for it. A run of a schedule is not removed.
 */
export interface MaxLength {
  readonly jobs: number;
  readonly whenFull: 'refuse' | 'dropOldest';
}

/** Until when a job may be begun, and what becomes of it when nothing has by then. One that was begun, but for a lost lease, does not expire. */
export interface Expiry {
  /** From when the queue has it, in milliseconds; given unless `atMs` is. */
  readonly afterMs: number | undefined;
  /** In milliseconds since the epoch, by the server's clock. */
  readonly atMs: number | undefined;
  /** A dead letter that the worker makes which fetches it (`JobRecord.poisoned`), or none. */
  readonly whenExpired: 'deadLetter' | 'remove';
}

/** Which run of which schedule a job is. */
export interface ScheduleSlot {
  /** The name of the schedule. */
  readonly schedule: string;
  /** The time that the run is for, in milliseconds since the epoch. It may begin later, and with a jitter it does. */
  readonly atMs: number;
}
