// What can be wrong with the Redis that a program names: its address, its age, its settings, the BullMQ that it is used by.
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

/** The installed BullMQ is not one that Acktor can stand on. */
export class BrokerVersionError extends AcktorError {
  readonly code = 'ACKTOR_BROKER_VERSION';

  constructor(readonly script: string) {
    super(
      `expected bullmq to ship the script ${script} as text, found none: install the bullmq version that @acktor/core asks for`,
    );
  }
}
