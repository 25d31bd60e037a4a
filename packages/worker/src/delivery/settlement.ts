// How a delivery ends when its handler did not simply return: what a handler chooses by `reject()`, what follows from an error, and its
// line in the log.
import { OptionsError, type AnyJob } from '@acktor/core';
import type { Failure, JobRecord, Settlement, EngineClock } from '@acktor/core/engine';
import {
  cutText,
  errorReason,
  errorText,
  type FailureLimits,
  shorten,
  visible,
  type GuardedLog,
} from '@acktor/core/internal';
import type { Rejected } from '../consumer/consumer-protocol.js';
import { CancelledError, FinalError } from '../errors.js';
import type { RetryWaits } from './retry-waits.js';
import { inspect, types } from 'node:util';

/** A failure that trying again cannot mend: a payload or a result off its schema. */
export class FinalFailure extends Error {
  constructor(override readonly cause: unknown) {
    super(errorReason(cause));
  }
}

/** A delivery that its handler did not simply return from. */
export interface Rejecting {
  readonly job: AnyJob;
  readonly record: JobRecord;
  readonly retryWaits: RetryWaits;
}

/**
 * The end of a delivery whose handler threw: again later while attempts are left, else, or when final, dead letter. A rejection that
 * was thrown counts as if it had been returned.
 */
export function settleError(error: unknown, rejecting: Rejecting): Rejected {
  if (isSafely(isRejection, error)) return settleRejection(error, rejecting);
  const { job, record, retryWaits } = rejecting;
  const failure: Failure = { ...errorText(isSafely(isFinalFailure, error) ? error.cause : error), isThrown: true };
  const isExhausted = !hasAttemptsLeft(job, record);
  if (isExhausted || isSafely(isFinal, error)) return { kind: 'deadLetter', failure, isExhausted };
  const delayMs = retryWaits.after({ job, record, error });
  return delayMs === undefined ? { kind: 'deadLetter', failure } : { kind: 'retry', delayMs, failure };
}

/** The end of a delivery whose handler chose it with `reject()`, which another copy of this package may have made. */
export function settleRejection(rejection: Rejection, rejecting: Rejecting): Rejected {
  const { options } = rejection;
  const fault = rejectFault(options);
  if (fault !== undefined) return settleError(new OptionsError([fault]), rejecting);
  const { job, record } = rejecting;
  if (options.deadLetter !== undefined) return { kind: 'deadLetter', failure: errorText(options.deadLetter) };
  if (options.requeue) return { kind: 'requeue' };
  if (forOthers.has(rejection)) return { kind: 'requeue', afterMs: options.requeueInMs ?? 1, isForOthers: true };
  if (options.requeueInMs !== undefined) return requeueLater(options.requeueInMs, options.reason);
  const asked = `the handler asked to be tried again in ${options.retryInMs} ms`;
  const failure = errorText(options.reason ?? asked);
  if (hasAttemptsLeft(job, record)) return { kind: 'retry', delayMs: options.retryInMs, failure };
  const usedUp = `attempts are used up (${record.attemptsMade + 1} of ${attemptsOf(job, record)})`;
  const why = options.reason === undefined ? asked : `${asked}: ${failure.reason}`;
  return { kind: 'deadLetter', failure: { ...failure, reason: `${usedUp}; ${why}` }, isExhausted: true };
}

function requeueLater(afterMs: number, reason: string | Error | undefined): Rejected {
  const asked = `the handler asked for it again in ${afterMs} ms, without counting an attempt`;
  return { kind: 'requeue', afterMs, reason: reason === undefined ? asked : `${asked}: ${errorReason(reason)}` };
}

/** A dead letter with a reason of our own. */
export function deadLetter(reason: string): Rejected {
  return { kind: 'deadLetter', failure: { reason, stack: undefined } };
}

/** The end of a delivery that Acktor itself could not run. Trying again would only fail again. */
export function settleOwnFault(fault: unknown): Rejected {
  return { kind: 'deadLetter', failure: errorText(fault) };
}

/** Returns how often the job is tried in all. BullMQ's clients store 0 for once. */
export function attemptsOf(job: AnyJob, record: JobRecord): number {
  return Math.max(1, record.attempts ?? job.attempts);
}

function hasAttemptsLeft(job: AnyJob, record: JobRecord): boolean {
  return record.attemptsMade + 1 < attemptsOf(job, record);
}

function isFinalFailure(error: unknown): error is FinalFailure {
  return error instanceof FinalFailure;
}

function isFinal(error: unknown): boolean {
  return [FinalFailure, FinalError, CancelledError].some((final) => error instanceof final) || isUnrecoverable(error);
}

/** BullMQ's error for the same purpose, or one that extends it: by name, for BullMQ is none of this package's dependencies. */
function isUnrecoverable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === UNRECOVERABLE) return true;
  for (let kind: unknown = error; kind instanceof Error; kind = Object.getPrototypeOf(kind))
    if (kind.constructor.name === UNRECOVERABLE) return true;
  return false;
}

const UNRECOVERABLE = 'UnrecoverableError';

/** Whatever a handler throws may throw when it is looked at: a proxy, or an error with getters. */
function isSafely<T>(is: ((value: unknown) => value is T) | ((value: unknown) => boolean), value: unknown): value is T {
  try {
    return is(value);
  } catch {
    return false;
  }
}

/** Returns the settlement with its texts cut to the limits. */
export function bounded(settlement: Rejected, limits: FailureLimits): Rejected {
  if (!('failure' in settlement)) {
    const { reason } = settlement;
    return reason === undefined ? settlement : { ...settlement, reason: cutText(reason, limits.maxReasonBytes) };
  }
  const reason = cutText(settlement.failure.reason, limits.maxReasonBytes);
  const { stack } = settlement.failure;
  return {
    ...settlement,
    failure: { ...settlement.failure, reason, stack: stack && cutText(stack, limits.maxStackBytes) },
  };
}

/** What a handler may return instead of a result: one of the four. */
export type RejectOptions =
  | (Only<'requeue'> & { readonly requeue: true })
  /** How long until the job comes back, in milliseconds, from 1 to a year. `reason` is kept in the job's history. */
  | (Only<'requeueInMs' | 'reason'> & { readonly requeueInMs: number; readonly reason?: string | Error | undefined })
  /** How long until the next attempt, in milliseconds, from 0 to a year; in place of the contract's backoff. */
  | (Only<'retryInMs' | 'reason'> & { readonly retryInMs: number; readonly reason?: string | Error | undefined })
  /** Why the job is not to be tried again. Of an error the message, the stack and the causes are kept. */
  | (Only<'deadLetter'> & { readonly deadLetter: string | Error });

/** No key but these: of two choices at once, the order of our checks would decide which counts. */
type Only<Key extends RejectKey> = { readonly [Other in Exclude<RejectKey, Key>]?: undefined };

type RejectKey = 'requeue' | 'requeueInMs' | 'retryInMs' | 'deadLetter' | 'reason';

/** Registered: a handler may have been given the `reject` of another installed copy of this package. */
const REJECTION: unique symbol = Symbol.for('acktor.rejection') as never;

/** A handler's decision to reject, made by {@link reject}. */
export class Rejection {
  readonly [REJECTION] = true;
  readonly options: RejectOptions;

  constructor(options: RejectOptions) {
    this.options = Object.freeze({ ...options });
  }
}

/**
 * The value to return, or to throw, from a handler that rejects its delivery.
 *
 * - `requeue: true` puts the job back at the head of its queue at once, without counting an attempt.
 * - `requeueInMs` puts it back for later, without counting an attempt: for a service that is busy for a while.
 * - `retryInMs` counts an attempt, and tries again later; when attempts are used up, the job becomes a dead letter.
 * - `deadLetter` ends the job at once, with that reason.
 *
 * A job that is always requeued goes round for ever: `delivery.fence` counts its deliveries.
 * @throws OptionsError unless exactly one of the four is given, with a value as {@link RejectOptions} says; the handler has thrown then.
 * @example
 * if (response.status === 429) return reject({ requeueInMs: 30_000, reason: 'the service is busy' });
 */
export function reject(options: RejectOptions): Rejection {
  const fault = rejectFault(options);
  if (fault !== undefined) throw new OptionsError([fault]);
  return new Rejection(options);
}

/** A delivery that is for other workers: this one stands back when it is due again, so that one of them gets it. */
export function leaveToOthers(requeueInMs: number): Rejection {
  const rejection = new Rejection({ requeueInMs });
  forOthers.add(rejection);
  return rejection;
}

const forOthers = new WeakSet<Rejection>();

/** Whether a value was made by {@link reject}, of whichever copy of this package. */
export function isRejection(value: unknown): value is Rejection {
  return isObject(value) && (value as Partial<Rejection>)[REJECTION] === true;
}

interface RejectFault {
  readonly option: string;
  readonly message: string;
}

/** Returns what is wrong with the options, by their values; undefined for nothing. */
export function rejectFault(options: unknown): RejectFault | undefined {
  const given = isObject(options) ? Object.entries<unknown>({ ...options }) : [];
  const present = given.filter(([, value]) => value !== undefined);
  const chosen = present.filter(([key]) => CHOICES.has(key));
  const [option = 'reject'] = chosen[0] ?? [];
  const stranger = present.find(([key]) => !CHOICES.has(key) && (key !== 'reason' || !REASONED.has(option)));
  if (chosen.length !== 1 || stranger !== undefined)
    return { option: stranger?.[0] ?? option, message: `expected ${ONE_OF}, got ${shown(options)}` };
  return present.map(valueFault).find((fault) => fault !== undefined);
}

function valueFault([option, value]: [string, unknown]): RejectFault | undefined {
  const choice = CHOICES.get(option) ?? A_REASON;
  if (choice.accepts(value)) return undefined;
  return { option, message: `expected ${option} to be ${choice.expected}, got ${shown(value)}` };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

const YEAR_MS = 31_536_000_000;
const ONE_OF =
  'reject() to be given one of { requeue: true }, { requeueInMs, reason? }, { retryInMs, reason? } and { deadLetter }';

interface Choice {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

const A_REASON: Choice = { expected: 'a text or an Error', accepts: isReason };

const CHOICES: ReadonlyMap<string, Choice> = new Map([
  ['requeue', { expected: 'true', accepts: (value: unknown) => value === true }],
  ['requeueInMs', waitFrom(1)],
  ['retryInMs', waitFrom(0)],
  ['deadLetter', A_REASON],
]);

const REASONED: ReadonlySet<string> = new Set(['requeueInMs', 'retryInMs']);

function waitFrom(leastMs: number): Choice {
  return {
    expected: `a number of milliseconds from ${leastMs} to ${YEAR_MS} (a year)`,
    accepts: (value) => typeof value === 'number' && value >= leastMs && value <= YEAR_MS,
  };
}

function isReason(value: unknown): boolean {
  return typeof value === 'string' || value instanceof Error || types.isNativeError(value);
}

function shown(value: unknown): string {
  return inspect(value, { depth: 0, maxStringLength: 100, breakLength: Infinity });
}

/** A handler returned, or its delivery is rejected. */
export type LoggedEnd =
  { readonly type: 'handler.returned' } | { readonly type: 'handler.rejected'; readonly settlement: Settlement };

/** The log lines of a queue's deliveries, bounded: a queue whose jobs all fail does not flood the log; its dead letters have them all. */
export class EndLog {
  readonly #log: GuardedLog;
  readonly #clock: Pick<EngineClock, 'now'>;
  #spanFromMs = -Infinity;
  #writtenInSpan = 0;
  #withheld = 0;

  constructor({ log, clock }: { readonly log: GuardedLog; readonly clock: Pick<EngineClock, 'now'> }) {
    this.#log = log;
    this.#clock = clock;
  }

  write(end: LoggedEnd, { id, name, queue, attemptsMade }: JobRecord): void {
    const isDebug = end.type === 'handler.returned' || end.settlement.kind !== 'deadLetter';
    if (isDebug && !this.#log.isDebugEnabled()) return;
    const facts = { job: id, name, attempt: attemptsMade + 1 };
    if (end.type === 'handler.returned') return this.#log.debug({ ...facts, end: 'ack' }, 'handled');
    const { kind } = end.settlement;
    const reason = 'failure' in end.settlement ? reasonOf(end.settlement.failure) : undefined;
    if (kind === 'deadLetter') this.#warn({ ...facts, queue, reason });
    else this.#log.debug({ ...facts, end: kind, reason }, 'handled');
  }

  #warn(facts: object): void {
    const nowMs = this.#clock.now();
    if (nowMs - this.#spanFromMs >= SPAN_MS) {
      this.#spanFromMs = nowMs;
      this.#writtenInSpan = 0;
    }
    this.#writtenInSpan += 1;
    if (this.#writtenInSpan > MOST_IN_SPAN) return void (this.#withheld += 1);
    this.#log.warn({ ...facts, ...(this.#withheld > 0 && { notSaid: this.#withheld }) }, 'a job becomes a dead letter');
    this.#withheld = 0;
  }
}

/** Returns its first line: a reason may have many pages, and come from other programs. */
function reasonOf({ reason }: Failure): string {
  const [first = ''] = reason.split(/[\r\n\u0085\u2028\u2029]/, 1);
  return shorten(visible(shorten(first, LONGEST_REASON + 1)), LONGEST_REASON);
}

const SPAN_MS = 10_000;
const MOST_IN_SPAN = 20;

const LONGEST_REASON = 300;
