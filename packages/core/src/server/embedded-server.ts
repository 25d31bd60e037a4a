// The server that development and the examples run on: one for each project. The first process starts it, later ones join it, and the
// last to leave ends it.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RedisAddress } from '../engine/redis/connection/address.js';
import type { ConnectionGuard } from '../engine/redis/connection/connection-guard.js';
import { makeHome, projectFolder, readNote, socketPath, writeNote, type ServerNote } from './embedded-home.js';
import { ensureServerBinary, type EnsureServerOptions } from './ensure-server.js';
import { endNotedServer, isLastOne, startWatcher, stopWatcher } from './last-one-out.js';
import { LockTimeout, withLock } from './lock.js';
import { ServerStartError } from '../engine/redis/connection/redis-errors.js';
import { connectGuarded, StartTime } from '../engine/redis/connection/guarded-connection.js';
import type { ScriptClient } from '../engine/redis/connection/redis-script.js';
import { isAlive, type ServerBinary } from './program.js';
import { isListening, readUsers, SHARE_NAME } from './server-socket.js';
import { DURABLE_SETTINGS, startServerProcess } from './server-process.js';

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
  /** The folder of its data and its log. */
  readonly folder: string;
  // Held open all the time: these connections show whether this process is the last user.
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
        // First: the client would take the server's end for a fault and reconnect.
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

/** A connection that is held as long as its process wants the server to run. */
export interface ServerShare {
  readonly address: RedisAddress;
  readonly share: ConnectionGuard;
}

export interface ShareOptions {
  readonly appendFsync?: 'everysec' | 'always';
  readonly startTimeoutMs?: number;
}

/** Whether a server listens for this home right now; may be wrong a moment later. */
export async function isServed(home: string): Promise<boolean> {
  const note = await readNote(home);
  return note !== undefined && isListening(note.socket);
}

/**
 * Joins the server that runs for this home; undefined when none does.
 *
 * @throws {ServerStartError} when one listens but does not answer in time.
 */
export async function joinServer(home: string, options: ShareOptions): Promise<ServerShare | undefined> {
  const note = await readNote(home);
  if (note === undefined || !(await comesUp(note))) return undefined;
  const address = RedisAddress.ofSocket(note.socket);
  const connectTimeoutMs = options.startTimeoutMs ?? START_TIMEOUT_MS;
  const going = noticeEnd(note);
  const time = new StartTime(address, connectTimeoutMs);
  let share: ConnectionGuard | undefined;
  try {
    share = await connectGuarded(address, { name: SHARE_NAME, connectTimeoutMs, signal: going.signal });
    // Only ever stricter: another process may count on it.
    const sharpen = (client: ScriptClient) => client.config('SET', 'appendfsync', 'always');
    if (options.appendFsync === 'always') await time.answer(share, sharpen);
    const list = await time.answer(share, (client: ScriptClient) => client.client('LIST'));
    ensureWatcher(home, note, String(list));
    return { address, share };
  } catch (cause) {
    share?.hangUp();
    if (going.signal.aborted) return undefined;
    const complaint = `process ${note.pid} listens there and does not answer within ${connectTimeoutMs} ms; end it`;
    throw new ServerStartError({ folder: home, complaint, cause });
  } finally {
    going.stop();
  }
}

/** Starts a server in this home that lives on after this process. Call it only where no other can be starting one. */
export async function startServer(home: string, binary: ServerBinary, options: ShareOptions): Promise<ServerShare> {
  const socket = await socketPath(home);
  const address = RedisAddress.ofSocket(socket);
  const { appendFsync = 'everysec', startTimeoutMs = START_TIMEOUT_MS } = options;
  const noteServer = (pid: number | undefined) => writeNote(home, { socket, pid, startedAtMs: Date.now() });
  noteServer(undefined);
  // Before the server: we may be killed right after its start.
  startWatcher(home, socket);
  try {
    const { child, connection } = await startServerProcess({
      binary,
      folder: home,
      address,
      settings: { ...DURABLE_SETTINGS, appendfsync: appendFsync },
      isDetached: true,
      startTimeoutMs,
      clientName: SHARE_NAME,
      onSpawn: ({ pid }) => noteServer(pid),
    });
    child.unref();
    return { address, share: connection };
  } catch (failure) {
    await stopWatcher(home);
    throw failure;
  }
}

/** The watcher may have been killed. One that was started a moment ago may not have connected yet. */
function ensureWatcher(home: string, note: ServerNote, clientList: string): void {
  if (!isYoung(note, WATCHER_STARTING_MS) && readUsers(clientList).watcherIds.length === 0)
    startWatcher(home, note.socket);
}

/** By the clock of this machine, which may have been set. */
function isYoung({ startedAtMs }: ServerNote, ageMs: number): boolean {
  return Math.abs(Date.now() - startedAtMs) < ageMs;
}

const WATCHER_STARTING_MS = 10_000;
const START_TIMEOUT_MS = 30_000;
const COMING_UP_MS = 5_000;
const POLL_MS = 20;

/** Aborts when the noted server has ended: one that was just killed may seem to listen. */
function noticeEnd({ pid }: ServerNote): { readonly signal: AbortSignal; stop(): void } {
  const ended = new AbortController();
  const check = () => pid !== undefined && !isAlive(pid) && ended.abort();
  const timer = setInterval(check, POLL_MS);
  return { signal: ended.signal, stop: () => clearInterval(timer) };
}

/** Whether the noted server listens, or comes to: the process that started it may have been killed before. */
async function comesUp(note: ServerNote): Promise<boolean> {
  const { socket, pid } = note;
  for (;;) {
    if (await isListening(socket)) return true;
    if (pid === undefined || !isYoung(note, COMING_UP_MS) || !isAlive(pid)) return false;
    await sleep(POLL_MS);
  }
}
