// A job on its way to a queue: under an id that is given before it is sent, with its contract's retries and the options of its send.
import { randomBytes } from 'node:crypto';
import { retriesToStore, type AnyJob } from '../contract/job.js';
import { checkName } from '../contract/names.js';
import { groupOf } from '../contract/groups.js';
import { OptionsError } from '../errors.js';
import type { OutgoingJob } from '../engine/work-queue.js';
import type { sendWithAckOptions } from './producer-options.js';

/** The options of one send, checked; what it waits for is no part of the job. */
export type CheckedSend = ReturnType<typeof sendWithAckOptions.check>;

/** What a job has besides its contract. */
export interface SendParts {
  readonly id: string;
  /** The payload as JSON. */
  readonly payload: string;
  /** The trace that the send belongs to, as text. */
  readonly trace: string | undefined;
  readonly options: CheckedSend;
}

/** Returns the job as a queue gets it. @throws OptionsError for one with a key that is to wait: its place in the order could not be known. */
export function outgoingJob(job: AnyJob, { id, payload, trace, options }: SendParts): OutgoingJob {
  const stored = retriesToStore(job);
  const { delayMs, priority, key } = options;
  if (key !== undefined && delayMs > 0) throw keyWithDelay(delayMs);
  const attempts = options.attempts ?? stored.attempts;
  const backoff = options.backoff ?? stored.backoff;
  const { name, version } = job;
  const group = groupOf(job.groups, key);
  const sent = { id, name, payload, version, trace, delayMs, priority, attempts, backoff, group };
  return options.reuseId === 'whenDone' ? { ...sent, reuse: randomBytes(8).toString('base64url') } : sent;
}

function keyWithDelay(delayMs: number): OptionsError {
  const why = 'the jobs of a key come in the order in which they are sent: send it when it is due, or without a key';
  const message = `expected no delayMs for a job with a key, got ${delayMs} (${why})`;
  return new OptionsError([{ option: 'delayMs', message }]);
}

/**
 * Ids that no other producer gives: 64 random bits for the producer, and a count.
 *
 * Short, because an id stands in some ten keys, fields and stream entries of its job: with the 36 characters of a UUID the
 * server took a fifth longer for each (Redis 7.0).
 */
export class JobIds {
  readonly #producer = randomBytes(8).readBigUInt64BE().toString(36).padStart(PRODUCER_LENGTH, '0');
  #last = 0;

  /** Returns the id that the sender chose, or else the next one. @throws NameError for one that a new job may not have. */
  of({ id }: Pick<CheckedSend, 'id'>): string {
    if (id === undefined) return this.next();
    checkName('id', id);
    return id;
  }

  next(): string {
    this.#last += 1;
    return `${this.#producer}-${this.#last.toString(36)}`;
  }
}

/** Digits of 64 bits in base 36. */
const PRODUCER_LENGTH = 13;
