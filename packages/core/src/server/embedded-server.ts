// The server that development and the examples run on: one for each project, started by whoever comes first and ended
// by whoever leaves last.
import { join } from 'node:path';
import type { RedisAddress } from '../engine/redis/connection/address.js';
import type { ConnectionGuard } from '../engine/redis/connection/connection-guard.js';
import { makeHome, projectFolder } from './embedded-home.js';
import { ensureServerBinary, type EnsureServerOptions } from './ensure-server.js';
import { endNotedServer, isLastOne } from './last-one-out.js';
import { LockTimeout, withLock } from './lock.js';
import { ServerStartError } from './server-errors.js';
import { isServed, joinServer, startServer, type ServerShare } from './server-share.js';

/** Where a project's own server keeps its data, and how well. */
export interface EmbeddedServerOptions extends EnsureServerOptions {
  /** The project's folder; the data is in `.acktor/redis` below it. Default: the nearest with a package.json. */
  readonly folder?: string;
  /** When the append-only file reaches the disk. Default `everysec`: a power cut can cost a second or two of jobs. */
  readonly appendFsync?: 'everysec' | 'always';
  /** How long to wait for another process's start and for an answer, in milliseconds. Default 30,000. */
  readonly startTimeoutMs?: number;
}

/**
 * A share in the project's own durable server.
 *
 * The first process to come starts it, on a Unix socket that only this user can open; later ones join it; the last to
 * `close()` ends it, in order. Where all of them were killed, it ends by itself, in order, five seconds after its last connection is
 * gone: a small process of Node watches it, and ends with it. Data stays in the project's folder.
 */
export class EmbeddedServer implements AsyncDisposable {
  /** Where clients find it. */
  readonly address: RedisAddress;
  /** Where its data and its log lie. */
  readonly folder: string;
  // Held open all along: it is by these connections that the last one out is known.
  readonly #share: ConnectionGuard;
  readonly #waitMs: number;
  #closing: Promise<void> | undefined;

  private constructor(home: string, { address, share }: ServerShare, waitMs: number) {
    this.folder = home;
    this.address = address;
    this.#share = share;
    this.#waitMs = waitMs;
  }

  /**
   * Joins the project's server, and starts it when none answers.
   *
   * @throws {ServerBinaryMissingError} when there is no server to run.
   * @throws {ServerStartError} when it does not come to answer, with its log's last lines and what to do.
   */
  static async start(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
    const { startTimeoutMs: waitMs = 30_000 } = options;
    const home = await makeHome(options.folder ?? (await projectFolder(process.cwd())));
    // Fetching a binary may take long: not under the lock, where others would wait for it.
    const binary = (await isServed(home)) ? undefined : await ensureServerBinary(options);
    const share = await exclusively(home, waitMs, async () => {
      return (
        (await joinServer(home, options)) ?? startServer(home, binary ?? (await ensureServerBinary(options)), options)
      );
    });
    return new EmbeddedServer(home, share, waitMs);
  }

  /** The URL that clients connect to. */
  get url(): string {
    return this.address.revealUrl();
  }

  /** Gives up this share; close your own connections first. The last share ends the server. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#leave();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #leave(): Promise<void> {
    try {
      await exclusively(this.folder, this.#waitMs, async () => {
        const isLast = await isLastOne(this.#share);
        // First, lest the client takes the server's end for a fault and comes back.
        this.#share.hangUp();
        if (isLast) await endNotedServer(this.folder);
      });
    } finally {
      this.#share.hangUp();
    }
  }
}

/** One process at a time starts, joins or leaves the server of a home. */
async function exclusively<T>(home: string, waitMs: number, work: () => Promise<T>): Promise<T> {
  try {
    return await withLock(join(home, 'lock'), { waitMs }, work);
  } catch (error) {
    if (!(error instanceof LockTimeout)) throw error;
    throw new ServerStartError({ folder: home, complaint: error.message, cause: error });
  }
}
