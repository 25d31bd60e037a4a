// What can go wrong between Acktor and its queue server, whichever engine connects them.
import { AcktorError, type AcktorErrorDetails } from '../errors.js';
import { wantedCount, type ConfirmShortfall, type FurtherConfirm } from './broker.js';

/** The server answered in an unknown form, or an entry of a batch failed on the server. */
export class BrokerReplyError extends AcktorError {
  readonly code = 'ACKTOR_BROKER_REPLY';

  constructor(
    readonly call: string,
    readonly reply = 'an answer of unknown form',
  ) {
    super(`${call} answered: ${reply}`);
  }
}

/** The server refused a job, with its reason: out of memory, read-only, a disk error. The job was not accepted. */
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

/** Where a send found no room. */
export interface QueueFullDetails {
  readonly jobId: string;
  readonly queue: string;
  /** How many may wait. */
  readonly most: number;
  /** How many waited. */
  readonly waiting: number;
}

/** As many jobs wait in the queue as the contract's `maxLength` lets. The job was not accepted: send it later, or leave it. */
export class QueueFullError extends AcktorError {
  readonly code = 'ACKTOR_QUEUE_FULL';
  readonly jobId: string;
  readonly queue: string;
  /** How many may wait. */
  readonly most: number;
  /** How many waited. */
  readonly waiting: number;

  constructor({ jobId, queue, most, waiting }: QueueFullDetails) {
    super(
      `expected fewer than ${most} jobs to wait in queue ${queue} for job ${jobId} to be added, found ${waiting}: send it later, let more workers handle the queue, or raise maxLength of its contract`,
    );
    this.jobId = jobId;
    this.queue = queue;
    this.most = most;
    this.waiting = waiting;
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

/** The record that a settlement was to write was written since it was read. Nothing was settled, and nothing written: read it anew. */
export class StaleRecordError extends AcktorError {
  readonly code = 'ACKTOR_STALE_RECORD';

  constructor() {
    super('expected the record as it was read, but it was written since: read it anew');
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

/** The connection broke before an answer came, or was already broken. The server may have done what was asked, unless that was to read. */
export class ConnectionLostError extends AcktorError {
  readonly code = 'ACKTOR_CONNECTION_LOST';

  /** @param asked whether the call could change anything: a lost answer to a reading has no effect. */
  constructor(details: AcktorErrorDetails = {}, asked: 'change' | 'reading' = 'change') {
    super(`expected an answer of the server, but the connection broke first: ${AFTER_LOSS[asked]}`, details);
  }
}

const AFTER_LOSS = {
  change: 'what was asked may have been done',
  reading: 'nothing was read, and nothing has changed',
} as const;

/**
 * The cause of a refusal, which decides whether to try again: this `call`, which would be refused again as it is; a missing `permission` of
 * the user, which lasts until an administrator changes it; or the state of the `server`, which passes.
 */
export type RefusalCause = 'call' | 'permission' | 'server';

/** Details of a refusal besides the server's words. */
export interface RefusalDetails extends AcktorErrorDetails {
  /** Default `server`. */
  readonly about?: RefusalCause;
}

/** The server answered with a refusal: out of memory, read-only, loading, a disk error. Nothing was done. */
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
 * A call to the server has an argument that cannot be written: a fault on this side of the connection, found before anything was sent.
 * Trying again would fail again.
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

/** The server cannot give the confirmation that was asked for. Nothing was sent. */
export class ConfirmUnsupportedError extends AcktorError {
  readonly code = 'ACKTOR_CONFIRM_UNSUPPORTED';

  constructor(
    readonly confirm: FurtherConfirm,
    why: string,
  ) {
    super(`expected a server that can confirm with ${JSON.stringify(confirm)}, but ${why}`);
  }
}

/**
 * The server has the job, and it will be delivered; but the disk or the replicas that were asked for did not confirm it in
 * time. Sending again under the same id adds nothing and waits for the confirmation once more.
 */
export class ConfirmShortfallError extends AcktorError {
  readonly code = 'ACKTOR_CONFIRM_SHORTFALL';
  readonly confirm: FurtherConfirm;
  /** How many disks or replicas have the job for certain, of how many. */
  readonly confirmed: number;
  readonly wanted: number;
  readonly timeoutMs: number;

  constructor(
    readonly jobId: string,
    shortfall: ConfirmShortfall,
    details?: AcktorErrorDetails,
  ) {
    const { confirm, confirmed, timeoutMs } = shortfall;
    super(
      `job ${jobId} is in the queue of the primary, but ${describe(shortfall)}; ${adviceFor(jobId, confirm)}`,
      details,
    );
    this.confirm = confirm;
    this.confirmed = confirmed;
    this.wanted = wantedCount(confirm);
    this.timeoutMs = timeoutMs;
  }
}

function describe({ confirm, confirmed, timeoutMs, reply }: ConfirmShortfall): string {
  if (reply !== undefined) return `the server would not wait for its confirmation: ${reply}`;
  if (confirm === 'fsync') return `its disk did not confirm it within ${timeoutMs} ms`;
  return `${confirmed} of ${confirm.replicas} replicas confirmed it within ${timeoutMs} ms`;
}

function adviceFor(jobId: string, confirm: FurtherConfirm): string {
  const danger = confirm === 'fsync' ? 'a power cut' : 'the loss of the primary';
  return `${danger} now may cost it: send it again with id ${jobId} to wait once more, which adds no second job`;
}
