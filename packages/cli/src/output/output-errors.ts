// Why a command does not do what it was asked for, though it could.
import { AcktorError } from '@acktor/core';

/** Something destructive was not confirmed; nothing was changed. */
export class NotConfirmedError extends AcktorError {
  readonly code = 'ACKTOR_NOT_CONFIRMED';

  constructor(why: string) {
    super(`nothing was changed: ${why}`);
  }
}

/** What was named is not there. */
export class NotFoundError extends AcktorError {
  readonly code = 'ACKTOR_NOT_FOUND';
}

/** The code of what was typed wrongly. */
export const BAD_USAGE = 'ACKTOR_BAD_USAGE';

/** Arguments that are fine one by one and mean nothing together. */
export class UsageError extends AcktorError {
  readonly code = BAD_USAGE;
}
