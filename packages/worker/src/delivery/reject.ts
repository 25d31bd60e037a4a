// How a handler chooses the end of its delivery, when neither "done" nor "try again later" will do.
import { inspect, types } from 'node:util';
import { OptionsError } from '@acktor/core';

/** What a handler may answer instead of a result: one of the four. */
export type RejectOptions =
  | (Only<'requeue'> & { readonly requeue: true })
  /** How long until the job comes back, in milliseconds, from 1 to a year. `reason` is kept in the job's history. */
  | (Only<'requeueInMs' | 'reason'> & { readonly requeueInMs: number; readonly reason?: string | Error | undefined })
  /** How long until the next attempt, in milliseconds, from 0 to a year; in place of the contract's backoff. */
  | (Only<'retryInMs' | 'reason'> & { readonly retryInMs: number; readonly reason?: string | Error | undefined })
  /** Why the job is not to be tried again. Of an error the message, the stack and the causes are kept. */
  | (Only<'deadLetter'> & { readonly deadLetter: string | Error });

/** No key but these: two choices at once would leave it to the order of our questions which of them counts. */
type Only<Key extends RejectKey> = { readonly [Other in Exclude<RejectKey, Key>]?: undefined };

type RejectKey = 'requeue' | 'requeueInMs' | 'retryInMs' | 'deadLetter' | 'reason';

/** Registered: a handler may have been given the `reject` of another installed copy of this package. */
const REJECTION: unique symbol = Symbol.for('acktor.rejection') as never;

/** A handler's wish to reject, made by {@link reject}. */
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
 * - `requeueInMs` puts it back for later, without counting an attempt: for a service that asks to be left alone for a while.
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

/** Whether a value was made by {@link reject}, of whichever copy of this package. */
export function isRejection(value: unknown): value is Rejection {
  return isObject(value) && (value as Partial<Rejection>)[REJECTION] === true;
}

interface RejectFault {
  readonly option: string;
  readonly message: string;
}

/** What is wrong with the options, by their values; undefined for nothing. */
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
