// What can go wrong between Acktor and its queue server.
import { AcktorError, type AcktorErrorDetails } from '../errors.js';

/** The installed BullMQ is not one that Acktor can stand on. */
export class BrokerVersionError extends AcktorError {
  readonly code = 'ACKTOR_BROKER_VERSION';

  constructor(readonly script: string) {
    super(
      `expected bullmq to ship the script ${script} as text, found none: install the bullmq version that @acktor/core asks for`,
    );
  }
}

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
