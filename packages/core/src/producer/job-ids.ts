// The ids of jobs that were sent without one.
import { randomBytes } from 'node:crypto';

/**
 * Ids that no other producer gives: 64 random bits for the producer, and a count.
 *
 * Short, because an id stands in some ten keys, fields and stream entries of its job: with the 36 characters of a UUID the
 * server took a fifth longer for each (Redis 7.0).
 */
export class JobIds {
  readonly #producer = randomBytes(8).readBigUInt64BE().toString(36).padStart(PRODUCER_LENGTH, '0');
  #last = 0;

  next(): string {
    this.#last += 1;
    return `${this.#producer}-${this.#last.toString(36)}`;
  }
}

/** Digits of 64 bits in base 36. */
const PRODUCER_LENGTH = 13;
