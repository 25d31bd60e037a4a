// How an operator inspects and stops a project's embedded server.
import { join, resolve } from 'node:path';
import { projectFolder, readNote } from './embedded-home.js';
import { endNotedServer } from './last-one-out.js';
import { LockTimeout, withLock } from './lock.js';
import { ServerSocket, listUsers } from './server-socket.js';

/** The state of a project's embedded server. */
export interface EmbeddedServerView {
  /** The folder of its data, present or not. */
  readonly folder: string;
  /** Undefined when none runs. */
  readonly running: RunningServerView | undefined;
}

export interface RunningServerView {
  readonly url: string;
  readonly pid: number | undefined;
  readonly startedAtMs: number;
  /** The names of the connections of those who use it, empty for one without; undefined when it does not answer within 2 s. */
  readonly users: readonly string[] | undefined;
  /** Whether a watcher will end it after its last user; undefined when it does not answer. */
  readonly isWatched: boolean | undefined;
}

/**
 * Inspects the server of a project, and starts nothing.
 * @param project its folder. Default: the nearest with a package.json.
 */
export async function viewEmbeddedServer(project?: string): Promise<EmbeddedServerView> {
  const folder = join(
    project === undefined ? await projectFolder(process.cwd()) : resolve(project),
    '.acktor',
    'redis',
  );
  const note = await readNote(folder);
  const server = note && (await ServerSocket.to(note.socket));
  if (!note || !server) return { folder, running: undefined };
  const timer = setTimeout(() => server.hangUp(), ANSWER_MS);
  const found = await listUsers(server);
  clearTimeout(timer);
  server.hangUp();
  const { socket, pid, startedAtMs } = note;
  const isWatched = found && found.watcherIds.length > 0;
  return { folder, running: { url: `unix://${socket}`, pid, startedAtMs, users: found?.names, isWatched } };
}

/** The outcome of a stop: `busy` when others started, joined or left the server all the time, for ten seconds. */
export type StopOutcome = 'stopped' | 'absent' | 'inUse' | 'busy' | 'refused';

export interface StopOptions {
  /** The project's folder. Default: the nearest with a package.json. */
  readonly project: string | undefined;
  /** Whether a server is stopped that is in use, or does not say. */
  readonly force: boolean;
}

/**
 * Stops the server of a project in order: its data stays, and the next program starts it again. One that is in use is left, unless `force`;
 * a program that goes on waits then until another one starts it again.
 */
export async function stopEmbeddedServer({ project, force }: StopOptions): Promise<EmbeddedServerView & StopReport> {
  const before = await viewEmbeddedServer(project);
  if (before.running === undefined) return { ...before, outcome: 'absent' };
  const stop = async () => {
    const view = await viewEmbeddedServer(project);
    return { ...view, outcome: await stopViewed(view, force) };
  };
  try {
    return await withLock(join(before.folder, 'lock'), { waitMs: LOCK_MS }, stop);
  } catch (error) {
    if (error instanceof LockTimeout) return { ...before, outcome: 'busy' };
    throw error;
  }
}

export interface StopReport {
  readonly outcome: StopOutcome;
}

async function stopViewed({ folder, running }: EmbeddedServerView, force: boolean): Promise<StopOutcome> {
  if (running === undefined) return 'absent';
  if (!force && running.users?.length !== 0) return 'inUse';
  return (await endNotedServer(folder)) ? 'stopped' : 'refused';
}

const ANSWER_MS = 2_000;
const LOCK_MS = 10_000;
