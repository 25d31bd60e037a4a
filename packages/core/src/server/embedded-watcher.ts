// Entry of the process that ends an embedded server some seconds after its last connection is gone. It ends with the server.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readNote } from './embedded-home.js';
import { endServer } from './last-one-out.js';
import { withLock } from './lock.js';
import { isAlive } from './process-life.js';
import { ServerLine } from './server-line.js';
import { listUsers, WATCHER_NAME } from './server-users.js';

/** A program that is started again soon finds its server running. */
const UNUSED_MS = 5_000;
const LOOK_EVERY_MS = 1_000;
const COMING_UP_MS = 30_000;
const COMING_UP_POLL_MS = 50;
const LOCK_MS = 10_000;

const [home = '', socket = ''] = process.argv.slice(2);
await watchWhatListens();

async function watchWhatListens(): Promise<void> {
  let line = await firstLine();
  while (line && !(await watch(line))) {
    // The connection may have been closed by the server that goes on, and again at once.
    line = await ServerLine.to(socket);
    if (line) await sleep(LOOK_EVERY_MS);
  }
  line?.hangUp();
}

/** Whoever starts the server notes that, and begins us, before. Undefined when it has ended already, or does not come to listen. */
async function firstLine(): Promise<ServerLine | undefined> {
  const deadline = performance.now() + COMING_UP_MS;
  while (performance.now() < deadline) {
    const line = await ServerLine.to(socket);
    if (line) return line;
    const note = await readNote(home);
    if (note === undefined || (note.pid !== undefined && !isAlive(note.pid))) return undefined;
    await sleep(COMING_UP_POLL_MS);
  }
  return undefined;
}

/** Answers whether nothing is left to do: the server was ended, or another process watches it. False when the line has ended. */
async function watch(line: ServerLine): Promise<boolean> {
  // Without its name it is taken for a user. A server that runs a long script refuses all.
  while ((await line.ask(`CLIENT SETNAME ${WATCHER_NAME}`)) === undefined && !line.ended.aborted)
    await sleep(LOOK_EVERY_MS);
  const ownId = Number(await line.ask('CLIENT ID'));
  let usedAtMs = performance.now();
  while (!line.ended.aborted) {
    const users = await listUsers(line);
    if (users?.watcherIds.some((id) => id < ownId)) return true;
    // A server that is too busy to say may be busy for somebody.
    if (users === undefined || users.names.length > 0) usedAtMs = performance.now();
    if (performance.now() - usedAtMs > UNUSED_MS && (await endUnused(line))) return true;
    await sleep(LOOK_EVERY_MS, undefined, { signal: line.ended }).catch(() => {});
  }
  return false;
}

/** Under the lock under which others join: whoever comes at this moment either is seen, or starts the server again. */
async function endUnused(line: ServerLine): Promise<boolean> {
  const end = async (): Promise<boolean> => {
    const users = await listUsers(line);
    return users?.names.length === 0 && endServer(home, line);
  };
  // Nobody can join a server by a folder that is gone, nor lock it.
  if (!existsSync(home)) return end();
  return withLock(join(home, 'lock'), { waitMs: LOCK_MS }, end).catch(() => false);
}
