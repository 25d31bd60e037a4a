// Why a step of a handler is refused. Each makes its job a dead letter at once, for it would come again.
import type { Fault } from '@acktor/core';
import { quoted } from '@acktor/core/internal';
import { FinalError } from '../errors.js';

/** Two steps of one delivery have the same name: the second would get the first one's result. It has not run. */
export class DuplicateStepError extends FinalError {
  override readonly code = 'ACKTOR_DUPLICATE_STEP';

  constructor(
    readonly jobId: string,
    readonly step: string,
  ) {
    super(
      `expected the steps of job ${jobId} to have names of their own, got a second one called ${quoted(step)}: ` +
        'in a loop, add what differs to the name',
    );
  }
}

/** A job has as many steps as its worker keeps. The one that was too much has not run. */
export class StepLimitError extends FinalError {
  override readonly code = 'ACKTOR_STEP_LIMIT';

  constructor(
    readonly jobId: string,
    readonly step: string,
    readonly most: number,
  ) {
    super(
      `expected job ${jobId} to have at most ${most} steps, got one more, ${quoted(step)} (maxSteps): ` +
        'raise it, or send jobs that do a part each',
    );
  }
}

/** What a step returned cannot be kept, or what is kept cannot be read; `faults` says where it is wrong. The step has run all the same. */
export class StepResultError extends FinalError {
  override readonly code = 'ACKTOR_BAD_STEP_RESULT';
  readonly jobId: string;
  readonly step: string;
  readonly faults: readonly Fault[];

  constructor({ jobId, step, faults, cause }: StepResultFault) {
    const what = faults.map(({ path, message }) => `${path}: ${message}`).join('; ');
    super(`the result of step ${quoted(step)} of job ${jobId} cannot be kept: ${what}`, { cause });
    this.jobId = jobId;
    this.step = step;
    this.faults = faults;
  }
}

interface StepResultFault {
  readonly jobId: string;
  readonly step: string;
  readonly faults: readonly Fault[];
  readonly cause?: unknown;
}
