// Tells whether anybody else still uses a shared server, and ends it when nobody does.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionGuard } from '../engine/redis/connection/connection-guard.js';
import type { ScriptClient } from '../engine/redis/connection/redis-script.js';
import { readNote, removeNote } from './embedded-home.js';
import { endWatch } from './embedded-watch.js';
import { hasEnded } from './process-life.js';
import { ServerLine } from './server-line.js';
import { readUsers, SHARE_NAME } from './server-users.js';

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
  const line = await ServerLine.to(note.socket);
  if (line) return endServer(home, line).finally(() => line.hangUp());
  await removeNote(home, note);
  return true;
}

/**
 * Ends the server of this home in order, with its data on the disk, and what watches it. Call it only where no other can be joining it.
 * False when it refuses, or has not gone after 10 s.
 */
export async function endServer(home: string, line: ServerLine): Promise<boolean> {
  const pid = Number(/process_id:(\d+)/.exec((await line.ask('INFO server')) ?? '')?.[1]);
  if (!(await line.shutDown())) return false;
  if (pid > 0) await hasEnded(pid, ENDING_MS);
  const note = await readNote(home);
  if (note?.pid === pid) await removeNote(home, note);
  await endWatch(home);
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
