// Errors of the dashboard: why it does not start, and why it refuses a request.
import { AcktorError, type AcktorErrorDetails } from '@acktor/core';

/** Everybody who can reach the dashboard could use it: no option says who may. Nothing was opened. */
export class OpenDashboardError extends AcktorError {
  readonly code = 'ACKTOR_DASHBOARD_OPEN';

  /** @param where what would be open to whom, as in "host 0.0.0.0". */
  constructor(readonly where: string) {
    super(
      `expected tokens or authorize with ${where}, got neither: everybody who reaches it could read and change every queue. ` +
        `Pass tokens: { viewer, operator }, each of 16 characters at least, or authorize: (request) => role; ` +
        `or listen on 127.0.0.1 with Dashboard.start(), which makes a token of its own`,
    );
  }
}

/** `trustMachine` is set where other machines could connect, too, or together with `tokens` or `authorize`. Nothing was opened. */
export class TrustMachineError extends AcktorError {
  readonly code = 'ACKTOR_TRUST_MACHINE';

  /** @param beside what it does not go with, as in "host 0.0.0.0". */
  constructor(readonly beside: string) {
    super(
      `expected trustMachine on a loopback address and without tokens and authorize, got it with ${beside}: everybody on ` +
        `this machine would be an operator, whatever else is said. Leave out one of both`,
    );
  }
}

/** The address or the port cannot be used: another program listens there, or it is not this machine's. */
export class ListenError extends AcktorError {
  readonly code = 'ACKTOR_CANNOT_LISTEN';

  constructor(
    readonly host: string,
    readonly port: number,
    details: AcktorErrorDetails,
  ) {
    const why = details.cause instanceof Error ? details.cause.message : 'it could not';
    super(`expected to listen on ${host}, port ${port}, but: ${why}. Pass another port, or 0 for a free one.`, details);
  }
}

/** The statuses of refused requests. */
export type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 429 | 500 | 503;

/** A request that is answered with an error. The message is shown to the caller, so it holds no secret and no payload. */
export class RequestError extends AcktorError {
  constructor(
    readonly status: RefusalStatus,
    readonly code: `ACKTOR_${string}`,
    message: string,
  ) {
    super(message);
  }
}
