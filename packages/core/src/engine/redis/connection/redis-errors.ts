// What can be wrong with a Redis: its address, age and settings, the BullMQ that uses it, or the server that Acktor starts itself.
import { AcktorError, type AcktorErrorDetails } from '../../../errors.js';

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

/** The module that `redis` names makes neither a URL nor connection options. */
export class RedisModuleError extends AcktorError {
  readonly code = 'ACKTOR_REDIS_MODULE';

  constructor(
    readonly module: string,
    complaint: string,
    details: AcktorErrorDetails = {},
  ) {
    super(
      `expected the module ${module} to export a function that returns the URL of a Redis, or its connection options, but ${complaint}`,
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

/** One setting of the server by which accepted jobs can be lost. */
export interface DurabilityFault {
  readonly setting: 'appendonly' | 'appendfsync' | 'maxmemory-policy';
  readonly expected: string;
  readonly actual: string;
  /** The command that mends it on a running server. */
  readonly remedy: string;
  /** What happens to jobs while it stays as it is. */
  readonly consequence: string;
}

/** One fault in one sentence: what was expected, what came, what it leads to and what to do. */
export function describeFault({ setting, expected, actual, remedy, consequence }: DurabilityFault): string {
  return `expected ${setting} to be ${expected}, got ${actual} (${consequence}): run ${remedy}`;
}

/**
 * The server's user lacks rights that its role needs, as the server itself says (Redis 7.0 and newer): found when a producer, a worker or an operator
 * connects, before it has written anything.
 */
export class MissingRightsError extends AcktorError {
  readonly code = 'ACKTOR_MISSING_RIGHTS';
  /** `producer`, `worker` or `operator`. */
  readonly role: string;
  /** The server's user. */
  readonly user: string;
  /** The commands that it may not run, in lower case: `rpush`, `pubsub|shardnumsub`. */
  readonly commands: readonly string[];
  /** The line that grants them, for an administrator to run: `ACL SETUSER worker +rpush`. */
  readonly grant: string;

  constructor({ role, user, commands }: MissingRights, details: AcktorErrorDetails = {}) {
    const grant = `ACL SETUSER ${user} ${commands.map((command) => `+${command}`).join(' ')}`;
    super(
      `expected the user ${user} of the server to have the rights of a ${role}, but it may not run ${commands.join(', ')}: ` +
        `run ${grant} (and ACL SAVE, or change it where the server's users are configured)`,
      details,
    );
    this.role = role;
    this.user = user;
    this.commands = commands;
    this.grant = grant;
  }
}

/** What a user may not do, in which role. */
export interface MissingRights {
  readonly role: string;
  readonly user: string;
  readonly commands: readonly string[];
}

/** The installed BullMQ is not one that Acktor can use. */
export class BrokerVersionError extends AcktorError {
  readonly code = 'ACKTOR_BROKER_VERSION';

  constructor(readonly script: string) {
    super(
      `expected bullmq to ship the script ${script} as text, found none: install the bullmq version that @acktor/core asks for`,
    );
  }
}

/** No Redis or Valkey server was found on this machine, and none could be fetched. */
export class ServerBinaryMissingError extends AcktorError {
  readonly code = 'ACKTOR_SERVER_BINARY_MISSING';

  constructor(complaint: string, details: AcktorErrorDetails = {}) {
    super(
      `expected a redis-server or valkey-server to run, but ${complaint}.\n` +
        `Do one of these:\n` +
        `  - install Redis 7 or Valkey, so that redis-server or valkey-server is on the PATH\n` +
        `  - set ACKTOR_REDIS_SERVER to the path of such a program\n` +
        `  - set REDIS_URL to a server that runs elsewhere`,
      details,
    );
  }
}

/** No option and no variable names the server, or two of them do. */
export class NoServerError extends AcktorError {
  readonly code = 'ACKTOR_NO_SERVER';

  /** @param complaint what was found, in a clause. */
  constructor(complaint: string) {
    super(
      `expected one Redis server to be named, but ${complaint}: set REDIS_URL or pass redis: 'redis://host:6379'; ` +
        `or pass embedded: true (--embedded, ACKTOR_EMBEDDED=yes) for the server that Acktor starts on this machine`,
    );
  }
}

/** A server of our own did not come to answer. */
export class ServerStartError extends AcktorError {
  readonly code = 'ACKTOR_SERVER_START';
  /** The folder of its data and its log. */
  readonly folder: string;
  /** The last lines of its log; empty when it wrote none. */
  readonly log: string;

  constructor({ folder, complaint, log = '', cause }: ServerStartDetails) {
    const shown = log === '' ? '' : `\nThe last lines of its log:\n${log.replace(/^/gm, '  ')}`;
    super(
      `expected a Redis server to start in ${folder}, but ${complaint}: ${adviceFor(`${complaint}\n${log}`, folder)}${shown}`,
      {
        cause,
      },
    );
    this.folder = folder;
    this.log = log;
  }
}

/** What is known of a server that did not start. */
export interface ServerStartDetails extends AcktorErrorDetails {
  /** The folder of its data and its log. */
  readonly folder: string;
  /** What it did instead of starting, in a clause. */
  readonly complaint: string;
  /** The last lines of its log. */
  readonly log?: string;
}

function adviceFor(log: string, folder: string): string {
  const known = ADVICE.find(([sign]) => sign.test(log));
  return known?.[1](folder) ?? 'look at its log, or set REDIS_URL to a server of your own';
}

const ADVICE: readonly (readonly [sign: RegExp, advice: (folder: string) => string])[] = [
  [/No space left on device/i, () => 'free some disk space and start again'],
  [/Address already in use/i, () => 'its port is taken; end the program that holds it, or choose another'],
  [
    /Can't handle RDB format version/i,
    () => 'its data was written by a later server; run that version (ACKTOR_REDIS_SERVER)',
  ],
  [/error while loading shared libraries/i, () => 'the program lacks a library; install Redis, or name another binary'],
  [/FATAL CONFIG FILE ERROR|Bad directive/i, () => 'it does not know one of its settings; run Redis 7 or later'],
  [/permission denied/i, (folder) => `let this user read and write ${folder}`],
  [
    /append only file|AOF|manifest/i,
    (folder) =>
      `its append-only file is damaged; copy ${folder}, then mend it with "redis-check-aof --fix" on the .aof file ` +
      `that the log names, or move the folder away to start empty (its jobs are then gone)`,
  ],
];
