// A job on its way to a queue: under an id that is given before it is sent, with its contract's retries and the options of its send.
import { randomBytes } from 'node:crypto';
import { retriesToStore, type AnyJob } from '../contract/job.js';
import type { Meta } from '../contract/meta.js';
import { checkName } from '../contract/names.js';
import { groupOf } from '../contract/groups.js';
import { OptionsError, type OptionFault } from '../errors.js';
import type { OutgoingJob } from '../engine/work-queue.js';
import type { Dedup, MaxLength } from '../engine/send-terms.js';
import { dedupOf } from './dedup.js';
import { expiryOf } from './expiry.js';
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
  /** Copied before anything was waited for; undefined for none. */
  readonly meta?: Meta | undefined;
  readonly options: CheckedSend;
  /** Given where the send keeps to it. */
  readonly maxLength?: MaxLength | undefined;
}

/** What of a contract travels with a job. */
export type SentContract = Pick<AnyJob, 'name' | 'version' | 'attempts' | 'backoff' | 'groups'>;

/** Returns the job as a queue gets it. @throws OptionsError for options that do not go together. */
export function outgoingJob(
  job: SentContract,
  { id, payload, trace, meta, options, maxLength }: SendParts,
): OutgoingJob {
  const stored = retriesToStore(job);
  const { delayMs, priority, key } = options;
  if (key !== undefined) requireNoWait(options);
  const dedup = options.dedup && dedupOf(options);
  const expiry = expiryOf(options, Math.max(delayMs, debounceMsOf(dedup)));
  const attempts = options.attempts ?? stored.attempts;
  const backoff = options.backoff ?? stored.backoff;
  const { name, version } = job;
  const group = key === undefined ? undefined : groupOf(job.groups, key);
  const sent = {
    id,
    name,
    payload,
    version,
    trace,
    delayMs,
    priority,
    attempts,
    backoff,
    group,
    meta,
    dedup,
    expiry,
    maxLength,
  };
  return options.reuseId === 'whenDone' ? { ...sent, reuse: randomBytes(8).toString('base64url') } : sent;
}

function requireNoWait({ delayMs, dedup }: CheckedSend): void {
  const why = 'the jobs of a key come in the order in which they are sent: send it when it is due, or without a key';
  const faults: OptionFault[] = [];
  if (delayMs > 0)
    faults.push({ option: 'delayMs', message: `expected no delayMs for a job with a key, got ${delayMs} (${why})` });
  if (dedup !== undefined)
    faults.push({
      option: 'dedup',
      message: 'expected no dedup for a job with a key: its place is that of its own send',
    });
  if (faults.length > 0) throw new OptionsError(faults);
}

function debounceMsOf(dedup: Dedup | undefined): number {
  return dedup?.mode === 'debounce' ? (dedup.ttlMs ?? 0) : 0;
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
