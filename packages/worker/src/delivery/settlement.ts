// Decides how a delivery ends when its handler did not simply return.
import { inspect } from 'node:util';
import type { AnyJob } from '@acktor/core';
import { backoffDelayMs, type Failure, type JobRecord } from '@acktor/core/broker';
import type { Rejected } from '../consumer/consumer-protocol.js';
import { CancelledError } from '../errors.js';
import type { Rejection } from './reject.js';

/** A failure that trying again cannot mend: a payload or a result off its schema. */
export class FinalFailure extends Error {
  constructor(override readonly cause: unknown) {
    super(reasonOf(cause));
  }
}

/** The end of a delivery whose handler threw: again later while attempts are left, else, or when final, dead letter. */
export function settleError(error: unknown, job: AnyJob, record: JobRecord): Rejected {
  const failure = failureOf(error instanceof FinalFailure ? error.cause : error);
  const isFinal = error instanceof FinalFailure || error instanceof CancelledError;
  if (isFinal || !hasAttemptsLeft(job, record)) return { kind: 'deadLetter', failure };
  return { kind: 'retry', delayMs: backoffDelayMs(record.backoff ?? job.backoff, record.attemptsMade + 1), failure };
}

/** The end of a delivery whose handler chose it with `reject()`. */
export function settleRejection({ options }: Rejection, job: AnyJob, record: JobRecord): Rejected {
  if ('requeue' in options) return { kind: 'requeue' };
  if ('deadLetter' in options) return deadLetter(options.deadLetter);
  const failure = { reason: `the handler asked to be tried again in ${options.retryInMs} ms`, stack: undefined };
  return hasAttemptsLeft(job, record)
    ? { kind: 'retry', delayMs: options.retryInMs, failure }
    : { kind: 'deadLetter', failure };
}

/** A dead letter with a reason of our own. */
export function deadLetter(reason: string): Rejected {
  return { kind: 'deadLetter', failure: { reason, stack: undefined } };
}

/** The end of a delivery that Acktor itself could not run. Trying again would only fail again. */
export function settleOwnFault(fault: unknown): Rejected {
  return { kind: 'deadLetter', failure: failureOf(fault) };
}

function hasAttemptsLeft(job: AnyJob, record: JobRecord): boolean {
  return record.attemptsMade + 1 < (record.attempts ?? job.attempts);
}

/** A handler may throw what cannot even be looked at, such as an error whose message is a getter that throws. */
function failureOf(error: unknown): Failure {
  try {
    return { reason: reasonOf(error), stack: error instanceof Error && error.stack ? String(error.stack) : undefined };
  } catch {
    return { reason: 'a value that cannot be shown', stack: undefined };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error) return String(error.message || error.name);
  return typeof error === 'string' ? error : inspect(error, { depth: 1, maxStringLength: 200 });
}
