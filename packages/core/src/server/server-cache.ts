// Acktor's own copy of a server, in the user's cache folder: filled in one step, so that half of one is never seen.
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { type Environment, identify, type ServerCandidate, type ServerKind } from './program.js';
import { ServerBinaryMissingError } from '../engine/redis/connection/redis-errors.js';

/** Puts a server into an empty folder and returns how to start it; all its paths are inside that folder. */
export type CacheFiller = (folder: string) => Promise<ServerCandidate>;

/** What the cache holds for this kind of machine; undefined when it holds nothing. */
export async function readCachedServer(kind: ServerKind, env: Environment): Promise<ServerCandidate | undefined> {
  return readFolder(await cacheFolder(kind, env));
}

async function readFolder(folder: string): Promise<ServerCandidate | undefined> {
  const text = await readFile(join(folder, MANIFEST), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : readManifest(text, folder);
}

/**
 * Fills the cache. The work is done in a folder of its own and put in place with one rename: a crash midway leaves
 * only rubbish, which a later fill clears away, and of two processes at once the first one's copy stays.
 */
export async function fillCache(kind: ServerKind, env: Environment, fill: CacheFiller): Promise<void> {
  const folder = await cacheFolder(kind, env);
  const root = resolve(folder, '..');
  await mkdir(root, { recursive: true });
  await clearRubbish(root);
  const fresh = await mkdtemp(join(root, RUBBISH));
  try {
    await writeManifest(fresh, await fill(fresh));
    await putInPlace(fresh, folder, env);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

const MANIFEST = 'server.json';
const RUBBISH = '.filling-';
const RUBBISH_AGE_MS = 60 * 60 * 1000;

interface Manifest {
  readonly path: string;
  readonly argv0: string;
  /** Folders of libraries, relative to the manifest's. */
  readonly libraries: readonly string[];
}

// One folder for each system: a home folder may be shared by machines whose programs do not run on each other.
async function cacheFolder(kind: ServerKind, env: Environment): Promise<string> {
  const named = env['ACKTOR_CACHE'];
  // An empty one would be this folder, whichever that is.
  if (named?.trim() === '') throw new ServerBinaryMissingError('ACKTOR_CACHE is empty: fill it in, or do not set it');
  const root = named ?? join(env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? homedir(), '.cache'), 'acktor');
  return resolve(root, kind, `${process.platform}-${process.arch}${await distribution()}`);
}

async function distribution(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const read = (key: string) => new RegExp(`^${key}="?([\\w.]+)"?$`, 'm').exec(text)?.[1];
  return [read('ID'), read('VERSION_ID')].map((part) => (part === undefined ? '' : `-${part}`)).join('');
}

function readManifest(text: string, folder: string): ServerCandidate {
  const { path, argv0, libraries } = JSON.parse(text) as Manifest;
  const libraryPath = libraries.map((library) => join(folder, library)).join(':');
  return { path: join(folder, path), argv0, env: libraryPath === '' ? {} : { LD_LIBRARY_PATH: libraryPath } };
}

async function writeManifest(folder: string, { path, argv0, env }: ServerCandidate): Promise<void> {
  const libraries = (env['LD_LIBRARY_PATH'] ?? '').split(':').filter((library) => library !== '');
  const inside = (absolute: string) => relative(folder, absolute);
  const manifest: Manifest = { path: inside(path), argv0, libraries: libraries.map(inside) };
  await writeFile(join(folder, MANIFEST), JSON.stringify(manifest));
}

async function putInPlace(fresh: string, folder: string, env: Environment): Promise<void> {
  try {
    await rename(fresh, folder);
  } catch {
    if (await holdsWorkingServer(folder, env)) return;
    await rename(folder, `${fresh}-broken`);
    await rename(fresh, folder);
    await rm(`${fresh}-broken`, { recursive: true, force: true });
  }
}

async function holdsWorkingServer(folder: string, env: Environment): Promise<boolean> {
  const candidate = await readFolder(folder);
  return (
    candidate !== undefined &&
    (await identify(candidate, env).then(
      () => true,
      () => false,
    ))
  );
}

async function clearRubbish(root: string): Promise<void> {
  const names = await readdir(root);
  for (const path of names.filter((name) => name.startsWith(RUBBISH)).map((name) => join(root, name))) {
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > RUBBISH_AGE_MS)
      await rm(path, { recursive: true, force: true });
  }
}
