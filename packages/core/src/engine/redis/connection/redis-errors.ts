// What can be wrong with the Redis that a program names: its address, the way to it, its age, its settings.
import { AcktorError, type AcktorErrorDetails } from '../../../errors.js';
import { describeFault, type DurabilityFault } from './durability.js';

/**
 * The text given as the address of a Redis is none. Its message holds nothing of that text: wherever a password with a character too many
 * has come apart, a part of it may be in any place.
 */
export class AddressError extends AcktorError {
  readonly code = 'ACKTOR_BAD_ADDRESS';

  constructor(complaint: string, details: AcktorErrorDetails = {}) {
    super(
      `expected the address of a Redis such as redis://localhost:6379, rediss://user:password@host:6379/0, ` +
        `redis+cluster://host:6379,host:6380, redis+sentinel://host:26379,host:26380/name or unix:///path/to.sock, but ${complaint}`,
      details,
    );
  }
}

/** No Redis answered at the address within the time, or it refused the credentials. */
export class BrokerUnreachableError extends AcktorError {
  readonly code = 'ACKTOR_BROKER_UNREACHABLE';
  /** The address for people, without its password. */
  readonly address: string;

  constructor(address: string, complaint: string, details: AcktorErrorDetails = {}) {
    super(`expected a Redis that answers at ${address}, but ${complaint}`, details);
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

/** The server answered, and its answer was no: out of memory, read-only, loading, a disk error. Nothing was done. */
export class ServerRefusalError extends AcktorError {
  readonly code = 'ACKTOR_SERVER_REFUSAL';

  /** @param reply the server's own words, which begin with a code such as OOM or READONLY. */
  constructor(
    readonly reply: string,
    details: AcktorErrorDetails = {},
  ) {
    super(`the server refused a call: ${reply}`, details);
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

/** The server is older than anything that Acktor can work with. */
export class ServerTooOldError extends AcktorError {
  readonly code = 'ACKTOR_SERVER_TOO_OLD';

  constructor(readonly version: string) {
    super(
      `expected Redis 7.0 or later (6.2 at the very least) or any Valkey, got Redis ${version}: ` +
        `upgrade the server, or name another one in REDIS_URL`,
    );
  }
}

/** The server may lose accepted jobs; every setting at fault is listed with the command that mends it. */
export class NotDurableError extends AcktorError {
  readonly code = 'ACKTOR_NOT_DURABLE';

  constructor(readonly faults: readonly DurabilityFault[]) {
    super(
      `expected a Redis that keeps every accepted job, but this one may lose some:\n` +
        faults.map((fault) => `  - ${describeFault(fault)}\n`).join('') +
        `Commands change the running server only: make it last with CONFIG REWRITE, or in its configuration file. ` +
        `If losing jobs is acceptable here, pass durability: 'warn' or durability: 'off'.`,
    );
  }
}
