// Decides how a delivery ends when its handler did not simply return.
import { OptionsError, type AnyJob } from '@acktor/core';
import {
  backoffDelayMs,
  cutText,
  errorReason,
  errorText,
  type Failure,
  type FailureLimits,
  type JobRecord,
} from '@acktor/core/broker';
import type { Rejected } from '../consumer/consumer-protocol.js';
import { CancelledError, FinalError } from '../errors.js';
import { isRejection, rejectFault, type Rejection } from './reject.js';

/** A failure that trying again cannot mend: a payload or a result off its schema. */
export class FinalFailure extends Error {
  constructor(override readonly cause: unknown) {
    super(errorReason(cause));
  }
}

/**
 * The end of a delivery whose handler threw: again later while attempts are left, else, or when final, dead letter. A rejection that
 * was thrown counts as if it had been returned.
 */
export function settleError(error: unknown, job: AnyJob, record: JobRecord): Rejected {
  if (isSafely(isRejection, error)) return settleRejection(error, job, record);
  const failure: Failure = { ...errorText(isSafely(isFinalFailure, error) ? error.cause : error), isThrown: true };
  if (isSafely(isFinal, error) || !hasAttemptsLeft(job, record)) return { kind: 'deadLetter', failure };
  return { kind: 'retry', delayMs: backoffDelayMs(record.backoff ?? job.backoff, record.attemptsMade + 1), failure };
}

/** The end of a delivery whose handler chose it with `reject()`, which another copy of this package may have made. */
export function settleRejection({ options }: Rejection, job: AnyJob, record: JobRecord): Rejected {
  const fault = rejectFault(options);
  if (fault !== undefined) return settleError(new OptionsError([fault]), job, record);
  if (options.deadLetter !== undefined) return { kind: 'deadLetter', failure: errorText(options.deadLetter) };
  if (options.requeue) return { kind: 'requeue' };
  if (options.requeueInMs !== undefined) return requeueLater(options.requeueInMs, options.reason);
  const asked = `the handler asked to be tried again in ${options.retryInMs} ms`;
  const failure = errorText(options.reason ?? asked);
  if (hasAttemptsLeft(job, record)) return { kind: 'retry', delayMs: options.retryInMs, failure };
  const usedUp = `attempts are used up (${record.attemptsMade + 1} of ${attemptsOf(job, record)})`;
  const why = options.reason === undefined ? asked : `${asked}: ${failure.reason}`;
  return { kind: 'deadLetter', failure: { ...failure, reason: `${usedUp}; ${why}` } };
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

/** How often the job is tried in all. */
export function attemptsOf(job: AnyJob, record: JobRecord): number {
  return record.attempts ?? job.attempts;
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

/** What a handler throws may not even bear being looked at: a proxy, or an error with getters that throw. */
function isSafely<T>(is: ((value: unknown) => value is T) | ((value: unknown) => boolean), value: unknown): value is T {
  try {
    return is(value);
  } catch {
    return false;
  }
}

/** The settlement with its texts cut to what is kept of them. */
export function bounded(settlement: Rejected, limits: FailureLimits): Rejected {
  if (settlement.kind === 'requeue') {
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
