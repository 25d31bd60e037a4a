// A server for one test or one trial: a plain child process with data, settings and an end of its own.
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type AddressInfo } from 'node:net';
import { RedisAddress } from '../engine/redis/connection/address.js';
import { ensureServerBinary } from './ensure-server.js';
import type { ServerBinary } from './program.js';
import { DURABLE_SETTINGS, quoted, startServerProcess, type ServerSettings } from './server-process.js';

/** How a private server is started. */
export interface PrivateServerOptions {
  /** A port on the loopback interface, 0 for any free one. Default: a Unix socket in the folder, and no port. */
  readonly port?: number;
  /** The folder of its data. Default: a fresh folder in the system's temporary one, removed by `close()`. */
  readonly folder?: string;
  /** Directives of redis.conf over Acktor's own (append-only file, no eviction). */
  readonly settings?: ServerSettings;
  /** What clients must give. Default: none. */
  readonly password?: string;
  /** Default: what `ensureServerBinary()` finds. */
  readonly binary?: ServerBinary;
  /** How long it may take to answer, in milliseconds. Default 30,000. */
  readonly startTimeoutMs?: number;
}

/**
 * A real server of one's own. It ends with `close()`, or with the process that started it; data survives `kill()` and
 * `restart()` as the settings promise.
 *
 * @example
 * await using server = await PrivateServer.start();
 * const queue = new Queue('mail', { connection: { path: server.socket } });
 */
export class PrivateServer implements AsyncDisposable {
  /** The folder of its data and its log. */
  readonly folder: string;
  /** Where clients find it. */
  readonly address: RedisAddress;
  readonly #options: PrivateServerOptions;
  readonly #binary: ServerBinary;
  #settings: ServerSettings;
  #child: ChildProcess | undefined;

  private constructor(place: ServerLocation, options: PrivateServerOptions, binary: ServerBinary) {
    this.folder = place.folder;
    this.address = place.address;
    this.#options = options;
    this.#binary = binary;
    this.#settings = options.settings ?? {};
  }

  /** Starts a server and resolves when it answers. @throws {ServerStartError} and what `ensureServerBinary` throws. */
  static async start(options: PrivateServerOptions = {}): Promise<PrivateServer> {
    const binary = options.binary ?? (await ensureServerBinary());
    const server = new PrivateServer(await chooseLocation(options), options, binary);
    try {
      await server.#run();
      return server;
    } catch (failure) {
      await server.close();
      throw failure;
    }
  }

  /** The URL that clients connect to, with the password where there is one. */
  get url(): string {
    return this.address.revealUrl();
  }

  /** The id of the running process; undefined after `kill()` and `close()`. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Ends the process with the signal and resolves when it has gone; harmless when none runs. Default `SIGKILL`. */
  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    if (isRunning(child)) {
      const gone = once(child, 'exit');
      child.kill(signal);
      child.kill('SIGCONT');
      const forced = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
      await gone;
      clearTimeout(forced);
    }
    living.delete(child);
  }

  /** Suspends the process: connections stay open and nothing answers. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  /** Lets a paused process go on. */
  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Ends the process in order, if it runs, and starts it on the same data at the same address; settings add up. */
  async restart(settings: ServerSettings = {}): Promise<void> {
    await this.kill('SIGTERM');
    this.#settings = { ...this.#settings, ...settings };
    await this.#run();
  }

  /** Ends the process and removes its temporary folder. May be called twice. */
  async close(): Promise<void> {
    if (this.#options.folder !== undefined) return this.kill('SIGTERM');
    // Nothing to end in order: the data goes as well.
    await this.kill('SIGKILL');
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<void> {
    const { password, startTimeoutMs = 30_000 } = this.#options;
    const secret: ServerSettings = password === undefined ? {} : { requirepass: quoted(password) };
    const { connection } = await startServerProcess({
      binary: this.#binary,
      folder: this.folder,
      address: this.address,
      settings: { ...DURABLE_SETTINGS, ...secret, ...this.#settings },
      isDetached: false,
      startTimeoutMs,
      clientName: 'acktor-private',
      onSpawn: (child) => {
        this.#child = child;
        endWithThisProcess(child);
      },
    });
    connection.hangUp();
  }
}

const PATIENCE_MS = 5_000;

interface ServerLocation {
  readonly folder: string;
  readonly address: RedisAddress;
}

async function chooseLocation({ port, folder, password }: PrivateServerOptions): Promise<ServerLocation> {
  const place = folder ?? (await mkdtemp(join(tmpdir(), 'acktor-')));
  if (port === undefined) return { folder: place, address: RedisAddress.ofSocket(join(place, 'redis.sock'), password) };
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}@`;
  return { folder: place, address: RedisAddress.parse(`redis://${secret}127.0.0.1:${port || (await freePort())}`) };
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

const living = new Set<ChildProcess>();
let isExitWatched = false;

// A test that throws, or calls process.exit(), must not leave a server behind.
function endWithThisProcess(child: ChildProcess): void {
  living.add(child);
  if (isExitWatched) return;
  isExitWatched = true;
  process.once('exit', () => {
    for (const server of living) server.kill('SIGKILL');
  });
}

/** Resolves with a loopback port that was free a moment ago; another process may take it first. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
