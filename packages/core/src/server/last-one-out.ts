// Ends a shared server when its last user leaves, or, by the watcher that this starts, when all users were killed.
import { setTimeout as sleep } from 'node:timers/promises';
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ConnectionGuard } from '../engine/redis/connection/connection-guard.js';
import type { ScriptClient } from '../engine/redis/connection/redis-script.js';
import { readNote, removeNote } from './embedded-home.js';
import { hasEnded } from './program.js';
import { ServerSocket, readUsers, SHARE_NAME } from './server-socket.js';

/**
 * Whether no connection but this one, and a watcher's, is open. A server that has gone has no last one.
 *
 * Connections that are no shares get a moment to go: their owner may just have closed them.
 */
export async function isLastOne(share: ConnectionGuard): Promise<boolean> {
  const deadline = performance.now() + CLOSING_MS;
  for (;;) {
    const others = await othersThan(share);
    if (others === undefined || others.includes(SHARE_NAME)) return false;
    if (others.length === 0) return true;
    if (performance.now() > deadline) return false;
    await sleep(POLL_MS);
  }
}

/** Ends the server that is noted in this home, as {@link endServer}. */
export async function endNotedServer(home: string): Promise<boolean> {
  const note = await readNote(home);
  if (note === undefined) return true;
  const server = await ServerSocket.to(note.socket);
  if (server) return endServer(home, server).finally(() => server.hangUp());
  await removeNote(home, note);
  return true;
}

/**
 * Ends the server of this home in order, with its data on the disk, and what watches it. Call it only where no other can be joining it.
 * False when it refuses, or has not gone after 10 s.
 */
export async function endServer(home: string, server: ServerSocket): Promise<boolean> {
  const pid = Number(/process_id:(\d+)/.exec((await server.ask('INFO server')) ?? '')?.[1]);
  if (!(await server.shutDown())) return false;
  if (pid > 0) await hasEnded(pid, ENDING_MS);
  const note = await readNote(home);
  if (note?.pid === pid) await removeNote(home, note);
  await stopWatcher(home);
  return true;
}

const CLOSING_MS = 250;
const POLL_MS = 10;
const ANSWER_MS = 2_000;
const ENDING_MS = 2_000;

/** The names of the other connections; undefined when the server does not answer. */
async function othersThan(share: ConnectionGuard): Promise<readonly string[] | undefined> {
  const ask = (client: ScriptClient) => Promise.all([client.client('LIST'), client.client('ID')]);
  const late = sleep(ANSWER_MS, undefined, { ref: false });
  const answer = await Promise.race([share.run(ask).catch(() => undefined), late]);
  if (answer === undefined) return undefined;
  const [list, ownId] = answer;
  return readUsers(String(list), Number(ownId)).names;
}

/**
 * Starts a watcher of the server that is noted in this home, out of reach of the terminal's signals. It ends with that server, after half a
 * minute in which that does not listen, or where another watcher is. Where it cannot run, a server whose programs are all killed stays until
 * the next one leaves.
 */
export function startWatcher(home: string, socket: string): void {
  const watcher = spawn(process.execPath, [PROGRAM, home, socket], {
    cwd: home,
    detached: true,
    stdio: 'ignore',
    // Without the options of the project's program, such as a debugger's port.
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  watchers.set(home, watcher);
  watcher.once('exit', () => forget(home, watcher));
  watcher.once('error', () => forget(home, watcher));
  watcher.unref();
}

/** Ends the watcher that this process started, so that it does not outlive the server: it may still be starting. */
export async function stopWatcher(home: string): Promise<void> {
  const watcher = watchers.get(home);
  if (watcher?.pid === undefined) return;
  watcher.kill();
  await hasEnded(watcher.pid, ENDING_MS);
}

const PROGRAM = fileURLToPath(new URL('./embedded-watcher.js', import.meta.url));

/** The watchers that this process started, by the server's home. */
const watchers = new Map<string, ChildProcess>();

function forget(home: string, watcher: ChildProcess): void {
  if (watchers.get(home) === watcher) watchers.delete(home);
}
