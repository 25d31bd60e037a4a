// The errors of actors.
import { AcktorError, type Fault } from '@acktor/core';

/** A chart or another logic that cannot be run durably, or options that cannot. `faults` lists all that is wrong. */
export class ActorLogicError extends AcktorError {
  readonly code = 'ACKTOR_ACTOR_LOGIC';

  constructor(
    readonly actorName: string,
    readonly faults: readonly string[],
  ) {
    super(`actor ${actorName}: ${faults.join('; ')}`);
  }
}

/** A turn came to something that cannot be kept or done durably. Nothing of it was stored. */
export class TurnError extends AcktorError {
  readonly code = 'ACKTOR_TURN';

  constructor(
    readonly actorName: string,
    readonly actorId: string,
    complaint: string,
  ) {
    super(`actor ${actorName}/${actorId}: ${complaint}`);
  }
}

/** A job that a test was to end was not invoked by the actor, has ended, or was cancelled. */
export class NotInvokedError extends AcktorError {
  readonly code = 'ACKTOR_NOT_INVOKED';

  constructor(
    readonly actorId: string,
    readonly jobName: string,
  ) {
    super(`expected actor ${actorId} to have invoked ${jobName}, and to wait for its end, but it does not`);
  }
}

/** What is wrong with a state, in words. */
export function listed(faults: readonly Fault[]): string {
  return faults.map(({ path, message }) => `${path}: ${message}`).join('; ');
}
