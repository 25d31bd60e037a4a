// How a handler chooses the end of its delivery, when neither "done" nor "try again later" will do.
import { OptionsError } from '@acktor/core';

/** What a handler may answer instead of a result. */
export type RejectOptions =
  | { readonly requeue: true }
  /** How long until the next attempt, in milliseconds, from 0 to a year; in place of the contract's backoff. */
  | { readonly retryInMs: number }
  /** Why the job is not to be tried again. */
  | { readonly deadLetter: string };

/** A handler's wish to reject, made by {@link reject}. */
export class Rejection {
  constructor(readonly options: RejectOptions) {}
}

/**
 * The value to return from a handler that rejects its delivery.
 *
 * `requeue` puts the job back at the head of its queue at once, without counting an attempt: a job that is always requeued
 * goes round for ever. `retryInMs` counts an attempt and tries again later, unless attempts are exhausted. `deadLetter` ends
 * the job with that reason.
 * @throws OptionsError when `retryInMs` is not a number from 0 to a year, or none of the three is given; the handler has thrown then.
 * @example
 * if (response.status === 429) return reject({ retryInMs: 30_000 });
 */
export function reject(options: RejectOptions): Rejection {
  const message = faultOf(options);
  if (message !== undefined) throw new OptionsError([{ option: 'retryInMs', message }]);
  return new Rejection(options);
}

const YEAR_MS = 31_536_000_000;

function faultOf(options: RejectOptions): string | undefined {
  if ('requeue' in options || 'deadLetter' in options) return undefined;
  const { retryInMs } = options;
  if (typeof retryInMs === 'number' && retryInMs >= 0 && retryInMs <= YEAR_MS) return undefined;
  return `expected requeue, deadLetter, or retryInMs to be from 0 to ${YEAR_MS} (a year), got retryInMs ${String(retryInMs)}`;
}
