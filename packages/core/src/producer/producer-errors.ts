// What a producer learns when a job does not end as hoped.
import { AcktorError } from '../errors.js';

/** The job was dead-lettered, so there is no result. */
export class DeadLetteredError extends AcktorError {
  readonly code = 'ACKTOR_DEAD_LETTERED';

  constructor(
    readonly jobId: string,
    readonly jobName: string,
    readonly reason: string,
  ) {
    super(`job ${jobName} ${jobId} was dead-lettered: ${reason}`);
  }
}

/** The queue knows no such job: it was cancelled or purged, or it ended so long ago that its result is forgotten. */
export class JobGoneError extends AcktorError {
  readonly code = 'ACKTOR_JOB_GONE';

  constructor(
    readonly jobId: string,
    readonly jobName: string,
  ) {
    super(
      `expected job ${jobName} ${jobId} in its queue, found none: it was cancelled or purged, or its result is forgotten (see ackedAgeSeconds)`,
    );
  }
}

/** No result within the time given. The job is untouched and may still end either way. */
export class ResultTimeoutError extends AcktorError {
  readonly code = 'ACKTOR_RESULT_TIMEOUT';

  constructor(
    readonly jobId: string,
    readonly jobName: string,
    readonly timeoutMs: number,
  ) {
    super(
      `expected job ${jobName} ${jobId} to end within ${timeoutMs} ms, and it has not: see that a worker handles its queue, or wait longer`,
    );
  }
}
