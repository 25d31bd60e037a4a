// How a process comes to the server of its project, by joining the one that runs or by starting it.
import { setTimeout as sleep } from 'node:timers/promises';
import { RedisAddress } from '../engine/redis/connection/address.js';
import type { ConnectionGuard } from '../engine/redis/connection/connection-guard.js';
import { connectGuarded, StartTime } from '../engine/redis/connection/guarded-connection.js';
import type { ScriptClient } from '../engine/redis/connection/redis-script.js';
import { readNote, socketPath, writeNote, type ServerNote } from './embedded-home.js';
import { beginWatch, endWatch } from './embedded-watch.js';
import { isAlive } from './process-life.js';
import type { ServerBinary } from './server-binary.js';
import { ServerStartError } from './server-errors.js';
import { isListening } from './server-line.js';
import { DURABLE_SETTINGS, startServerProcess } from './server-process.js';
import { readUsers, SHARE_NAME } from './server-users.js';

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
    renewWatch(home, note, String(list));
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
  beginWatch(home, socket);
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
    await endWatch(home);
    throw failure;
  }
}

/** Whoever watched may have been killed. One that was begun a moment ago may not have connected yet. */
function renewWatch(home: string, note: ServerNote, clientList: string): void {
  if (!isYoung(note, WATCHER_STARTING_MS) && readUsers(clientList).watcherIds.length === 0)
    beginWatch(home, note.socket);
}

/** By the clock of this machine, which may have been set. */
function isYoung({ startedAtMs }: ServerNote, ageMs: number): boolean {
  return Math.abs(Date.now() - startedAtMs) < ageMs;
}

const WATCHER_STARTING_MS = 10_000;
const START_TIMEOUT_MS = 30_000;
const COMING_UP_MS = 5_000;
const POLL_MS = 20;

/** Aborts when the noted server has ended: one that was just killed may be taken for one that listens. */
function noticeEnd({ pid }: ServerNote): { readonly signal: AbortSignal; stop(): void } {
  const ended = new AbortController();
  const look = () => pid !== undefined && !isAlive(pid) && ended.abort();
  const timer = setInterval(look, POLL_MS);
  return { signal: ended.signal, stop: () => clearInterval(timer) };
}

/** Whether the noted server listens, or comes to: whoever started it may have been killed before it did. */
async function comesUp(note: ServerNote): Promise<boolean> {
  const { socket, pid } = note;
  for (;;) {
    if (await isListening(socket)) return true;
    if (pid === undefined || !isYoung(note, COMING_UP_MS) || !isAlive(pid)) return false;
    await sleep(POLL_MS);
  }
}
