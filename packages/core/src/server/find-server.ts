// Finds a server to run on this machine: the one that is named, one on the PATH, or one in Acktor's cache.
import { stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Environment } from './program.js';
import { identify, nameOf, type ServerBinary, type ServerKind } from './server-binary.js';
import { readCachedServer } from './server-cache.js';
import { ServerBinaryMissingError } from './server-errors.js';

/**
 * Looks for a server in `ACKTOR_REDIS_SERVER`, then the PATH (valkey-server, redis-server, or the program of Debian's
 * tools package that holds the server), then Acktor's cache. Answers undefined when there is none that runs. With a
 * `kind` it passes over servers of the other.
 *
 * @throws {ServerBinaryMissingError} when `ACKTOR_REDIS_SERVER` is set and does not run.
 */
export async function findServerBinary(
  env: Environment = process.env,
  kind?: ServerKind,
): Promise<ServerBinary | undefined> {
  const isWanted = (found: ServerBinary | undefined) => kind === undefined || found?.kind === kind;
  const named = env['ACKTOR_REDIS_SERVER'];
  const chosen = named === undefined ? undefined : await identifyNamed(named, env);
  if (chosen !== undefined && isWanted(chosen)) return chosen;
  for (const path of await programsOnPath(env)) {
    const found = await identify({ path, argv0: nameOf(path), env: {} }, env).catch(() => undefined);
    if (found !== undefined && isWanted(found)) return found;
  }
  const cached = await readCachedServer(kind ?? 'redis', env);
  return cached && identify(cached, env).catch(() => undefined);
}

async function identifyNamed(path: string, env: Environment): Promise<ServerBinary> {
  if (path.trim() === '')
    throw new ServerBinaryMissingError('ACKTOR_REDIS_SERVER is empty: fill it in, or do not set it');
  try {
    return await identify({ path, argv0: nameOf(path), env: {} }, env);
  } catch (cause) {
    throw new ServerBinaryMissingError(`ACKTOR_REDIS_SERVER names "${path}", which does not run as one`, { cause });
  }
}

const NAMES = ['valkey-server', 'redis-server', 'valkey-check-rdb', 'redis-check-rdb'] as const;

async function programsOnPath(env: Environment): Promise<readonly string[]> {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  const present = await Promise.all(paths.map(isFile));
  return paths.filter((_, index) => present[index]);
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ?? false;
}
