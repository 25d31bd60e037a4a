// What can be wrong with a server of our own: no binary to run, or one that does not start.
import { AcktorError, type AcktorErrorDetails } from '../errors.js';

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

/** Nothing says which server the queues are on, or it is said in two ways. */
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
  /** Where its data and its log lie. */
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
