// What can go wrong between Acktor and its queue server, whichever engine reaches it.
import { AcktorError, type AcktorErrorDetails } from '../errors.js';

/** The server answered in a form that Acktor does not know, or an entry of a group call failed on the server. */
export class BrokerReplyError extends AcktorError {
  readonly code = 'ACKTOR_BROKER_REPLY';

  constructor(
    readonly call: string,
    readonly reply = 'an answer of unknown form',
  ) {
    super(`${call} answered: ${reply}`);
  }
}

/** The server refused a job, and says why: out of memory, read-only, a disk error. The job was not accepted. */
export class SendRefusedError extends AcktorError {
  readonly code = 'ACKTOR_SEND_REFUSED';

  constructor(
    readonly jobId: string,
    readonly reply: string,
    details?: AcktorErrorDetails,
  ) {
    super(
      `the server refused job ${jobId}: ${reply}; it was not accepted: mend the server, then send it again`,
      details,
    );
  }
}

/**
 * No answer came in time: the job may or may not have been accepted. Sending again under the same id is safe; a queue
 * accepts an id once while it remembers it.
 */
export class SendUnconfirmedError extends AcktorError {
  readonly code = 'ACKTOR_SEND_UNCONFIRMED';

  constructor(
    readonly jobId: string,
    readonly timeoutMs: number,
    details?: AcktorErrorDetails,
  ) {
    super(
      `no answer about job ${jobId} within ${timeoutMs} ms; it may or may not be in the queue: send it again with id ${jobId}`,
      details,
    );
  }
}

/** A broker, producer or worker was used after its `close()`. */
export class ClosedError extends AcktorError {
  readonly code = 'ACKTOR_CLOSED';

  constructor(readonly what: string) {
    super(`expected an open ${what}, but it was closed: open another one`);
  }
}

/** No server answered at the address within the time, or it refused the credentials. */
export class BrokerUnreachableError extends AcktorError {
  readonly code = 'ACKTOR_BROKER_UNREACHABLE';
  /** The address for people, without its password. */
  readonly address: string;

  constructor(address: string, complaint: string, details: AcktorErrorDetails = {}) {
    super(`expected a queue server that answers at ${address}, but ${complaint}`, details);
    this.address = address;
  }
}

/** The connection broke before an answer came, or was away already. The server may have done what was asked, unless that was to read. */
export class ConnectionLostError extends AcktorError {
  readonly code = 'ACKTOR_CONNECTION_LOST';

  /** @param asked what was asked for: a reading changes nothing, whoever has lost its answer. */
  constructor(details: AcktorErrorDetails = {}, asked: 'change' | 'reading' = 'change') {
    super(`expected an answer of the server, but the connection broke first: ${AFTER_LOSS[asked]}`, details);
  }
}

const AFTER_LOSS = {
  change: 'what was asked may have been done',
  reading: 'nothing was read, and nothing has changed',
} as const;

/**
 * What a refusal is about, which decides whether to ask again: this `call`, which would be refused again as it is; what the user may do, its
 * `permission`, which lasts until somebody changes it; or the state of the `server`, which passes.
 */
export type RefusalCause = 'call' | 'permission' | 'server';

/** What a refusal may have besides the server's words. */
export interface RefusalDetails extends AcktorErrorDetails {
  /** Default `server`. */
  readonly about?: RefusalCause;
}

/** The server answered, and its answer was no: out of memory, read-only, loading, a disk error. Nothing was done. */
export class ServerRefusalError extends AcktorError {
  readonly code = 'ACKTOR_SERVER_REFUSAL';
  readonly about: RefusalCause;

  /** @param reply the server's own words. */
  constructor(
    readonly reply: string,
    { about = 'server', ...details }: RefusalDetails = {},
  ) {
    super(`the server refused a call: ${reply}`, details);
    this.about = about;
  }
}

/**
 * What was to be sent to the server cannot be written: a fault on this side of the connection, found before anything was sent. Trying
 * again would find it again.
 */
export class UnwritableCallError extends AcktorError {
  readonly code = 'ACKTOR_UNWRITABLE_CALL';

  /** @param got what came in place of a text or a whole number. */
  constructor(got: string, details: AcktorErrorDetails = {}) {
    super(
      `expected texts and whole numbers that a call to the server can carry, got ${got}; nothing was sent`,
      details,
    );
  }
}
