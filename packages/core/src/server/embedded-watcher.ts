// Entry of the watcher process, which ends an embedded server some seconds after its last connection is gone, and itself with it.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readNote } from './embedded-home.js';
import { endServer } from './last-one-out.js';
import { withLock } from './lock.js';
import { isAlive } from './program.js';
import { ServerSocket, listUsers, WATCHER_NAME } from './server-socket.js';

/** A program that is started again soon finds its server running. */
const UNUSED_MS = 5_000;
const POLL_EVERY_MS = 1_000;
const COMING_UP_MS = 30_000;
const COMING_UP_POLL_MS = 50;
const LOCK_MS = 10_000;

const [home = '', socketPath = ''] = process.argv.slice(2);
await watchWhatListens();

async function watchWhatListens(): Promise<void> {
  let server = await firstSocket();
  while (server && !(await watch(server))) {
    // A server that goes on may have closed the connection, and may close the next at once.
    server = await ServerSocket.to(socketPath);
    if (server) await sleep(POLL_EVERY_MS);
  }
  server?.hangUp();
}

/** The process that starts the server writes its note, and starts this watcher, first. Undefined when the server has ended, or does not listen in time. */
async function firstSocket(): Promise<ServerSocket | undefined> {
  const deadline = performance.now() + COMING_UP_MS;
  while (performance.now() < deadline) {
    const server = await ServerSocket.to(socketPath);
    if (server) return server;
    const note = await readNote(home);
    if (note === undefined || (note.pid !== undefined && !isAlive(note.pid))) return undefined;
    await sleep(COMING_UP_POLL_MS);
  }
  return undefined;
}

/** Resolves with true when nothing is left to do: this ended the server, or another watcher is there. With false when the connection ended. */
async function watch(server: ServerSocket): Promise<boolean> {
  // Without its name it counts as a user. A server that runs a long script refuses all commands.
  while ((await server.ask(`CLIENT SETNAME ${WATCHER_NAME}`)) === undefined && !server.ended.aborted)
    await sleep(POLL_EVERY_MS);
  const ownId = Number(await server.ask('CLIENT ID'));
  let usedAtMs = performance.now();
  while (!server.ended.aborted) {
    const users = await listUsers(server);
    if (users?.watcherIds.some((id) => id < ownId)) return true;
    // A server that is too busy to answer may be busy with a user's work.
    if (users === undefined || users.names.length > 0) usedAtMs = performance.now();
    if (performance.now() - usedAtMs > UNUSED_MS && (await endUnused(server))) return true;
    await sleep(POLL_EVERY_MS, undefined, { signal: server.ended }).catch(() => {});
  }
  return false;
}

/** Under the lock under which others join: a process that comes at this moment either is seen, or starts the server again. */
async function endUnused(server: ServerSocket): Promise<boolean> {
  const end = async (): Promise<boolean> => {
    const users = await listUsers(server);
    return users?.names.length === 0 && endServer(home, server);
  };
  // A folder that is gone can be neither joined nor locked.
  if (!existsSync(home)) return end();
  return withLock(join(home, 'lock'), { waitMs: LOCK_MS }, end).catch(() => false);
}
