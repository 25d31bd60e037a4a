// Why a supervisor gave up, or did not end well.
import { AcktorError } from '@acktor/core';
import type { ProcessEnd, SupervisorFailure } from './supervisor-protocol.js';

/** One of the first workers did not come up; the others were drained. */
export class WorkerStartError extends AcktorError {
  readonly code = 'ACKTOR_WORKER_START';
  /** The code of the error that the worker met, when it was one of Acktor's. */
  readonly reason: string | undefined;

  constructor(readonly end: ProcessEnd) {
    super(`a worker did not come up: ${inWords(end)}`);
    this.reason = end.failure?.code;
  }
}

/** Workers ended unasked so often, with no job to suspect of it, that starting more does not help. */
export class RestartLimitError extends AcktorError {
  readonly code = 'ACKTOR_RESTART_LIMIT';
  /** The last one. */
  readonly end: ProcessEnd | undefined;

  /** `ends` are the last ends, the newest last. `restartLimit` is how many are tolerated, of all processes. */
  constructor(
    readonly restartLimit: number,
    readonly restartWindowMs: number,
    readonly ends: readonly ProcessEnd[],
  ) {
    super(
      `expected at most ${restartLimit} workers to end unasked within ${restartWindowMs} ms, got one more: giving up. ` +
        `The last ones: ${ends.map(story).join('; ')}. Their logs say more; restartLimit sets how many are borne`,
    );
    this.end = ends.at(-1);
  }
}

/** A worker did not end by itself, or not well, after it was ordered to drain. What it held went back to its queues. */
export class UncleanStopError extends AcktorError {
  readonly code = 'ACKTOR_UNCLEAN_STOP';

  constructor(readonly end: ProcessEnd) {
    super(`a worker did not drain cleanly: ${inWords(end)}`);
  }
}

/** The workers were killed before they had drained, as they were ordered to be. What they held went back. */
export class EndedAtOnceError extends AcktorError {
  readonly code = 'ACKTOR_ENDED_AT_ONCE';

  constructor() {
    super('told to end at once: the workers were killed, and what they held went back to its queues');
  }
}

/** Returns the error for a failure on the chart. `restartLimit` is that of all processes. */
export function errorOf(failure: SupervisorFailure, limit: { restartLimit: number; restartWindowMs: number }) {
  switch (failure.kind) {
    case 'notStarted':
      return new WorkerStartError(failure.end);
    case 'tooManyExits':
      return new RestartLimitError(limit.restartLimit, limit.restartWindowMs, failure.ends);
    case 'uncleanEnd':
      return new UncleanStopError(failure.end);
    case 'endedAtOnce':
      return new EndedAtOnceError();
  }
}

/** How a process ended: `it exited with code 1`. */
export function inWords({ failure, signal, exitCode }: Pick<ProcessEnd, 'failure' | 'signal' | 'exitCode'>): string {
  if (failure !== undefined) return failure.message;
  return signal === null ? `it exited with code ${exitCode}` : `it was ended by ${signal}`;
}

function story(end: ProcessEnd): string {
  const { number, held } = end;
  const more = held.length > MOST_NAMED ? ` and ${held.length - MOST_NAMED} more` : '';
  const jobs = held.length === 0 ? 'no job' : `${held.slice(0, MOST_NAMED).join(', ')}${more}`;
  return `worker ${number} held ${jobs}: ${inWords(end)}`;
}

const MOST_NAMED = 5;
