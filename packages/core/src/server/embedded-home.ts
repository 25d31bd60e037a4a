// Where an embedded server lives: its folder in the project, its socket, and the note by which other processes find it.
import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ServerStartError } from '../engine/redis/connection/redis-errors.js';

/** The note that the processes of a project share about their server. */
export interface ServerNote {
  readonly socket: string;
  /** The process id of the server; undefined between the decision to start it and its start. */
  readonly pid: number | undefined;
  readonly startedAtMs: number;
}

/** The nearest folder at or above this one that holds a package.json; this one when there is none. */
export async function projectFolder(from: string): Promise<string> {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (await exists(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) return resolve(from);
  }
}

/** Makes the server's folder in the project, for this user only and out of version control. */
export async function makeHome(project: string): Promise<string> {
  const home = join(project, '.acktor', 'redis');
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writeFile(join(project, '.acktor', '.gitignore'), '*\n');
  return home;
}

/**
 * The socket's path: in the home, or, where that is too long for the system, in a folder of this user's in the
 * system's temporary one.
 *
 * @throws {ServerStartError} when that folder is another user's or open to others.
 */
export async function socketPath(home: string): Promise<string> {
  const inHome = join(home, SOCKET);
  if (isShortEnough(inHome)) return inHome;
  const name = `acktor-${userInfo().uid}-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`;
  const root = isShortEnough(join(tmpdir(), name, SOCKET)) ? tmpdir() : '/tmp';
  await mkdir(join(root, name), { recursive: true, mode: 0o700 });
  await checkPrivate(join(root, name), home);
  return join(root, name, SOCKET);
}

/** The note of the last server that was started here; undefined when there is none that can be read. */
export async function readNote(home: string): Promise<ServerNote | undefined> {
  const text = await readFile(join(home, NOTE), 'utf8').catch(() => '');
  try {
    return JSON.parse(text) as ServerNote;
  } catch {
    return undefined;
  }
}

/** Writes synchronously: a process killed right after it has started a server has left its note. */
export function writeNote(home: string, note: ServerNote): void {
  writeFileSync(join(home, NOTE), JSON.stringify(note), { mode: 0o600 });
}

/** Clears away what a server that has ended leaves besides its data. */
export async function removeNote(home: string, { socket }: ServerNote): Promise<void> {
  await rm(join(home, NOTE), { force: true });
  if (dirname(socket) !== home) await rmdir(dirname(socket)).catch(() => {});
}

const SOCKET = 'redis.sock';
const NOTE = 'server.json';
// 104 bytes on macOS and 108 on Linux, the closing zero included.
const SOCKET_PATH_BYTES = 100;

function isShortEnough(path: string): boolean {
  return Buffer.byteLength(path) <= SOCKET_PATH_BYTES;
}

async function checkPrivate(folder: string, home: string): Promise<void> {
  const found = await lstat(folder);
  const isOurs = found.isDirectory() && found.uid === userInfo().uid && (found.mode & 0o077) === 0;
  if (isOurs) return;
  const complaint = `${folder}, where its socket would be, is not a folder of this user alone; remove it`;
  throw new ServerStartError({ folder: home, complaint });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
