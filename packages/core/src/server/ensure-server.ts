// Makes sure that there is a server to run: found on this machine, or fetched into Acktor's cache.
import { stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { aptSource, brewSource, type ServerSource } from './server-sources.js';
import { type Environment, identify, type ServerBinary, type ServerKind, nameOf } from './program.js';
import { fillCache, readCachedServer } from './server-cache.js';
import { ServerBinaryMissingError } from '../engine/redis/connection/redis-errors.js';

export interface EnsureServerOptions {
  /** Which server; a Valkey of any version has WAITAOF, Redis from 7.2. Default: whichever is found, else Redis is fetched. */
  readonly kind?: ServerKind;
  /** Called, in words for people, with what is being done while it takes time. */
  readonly onProgress?: (message: string) => void;
  /** The variables that decide where to look. Default: the process's own. */
  readonly env?: Environment;
}

/**
 * Finds a server ({@link findServerBinary}), or fetches one: with apt-get on Debian and Ubuntu (some seconds, no root
 * needed), with Homebrew where there is one. Safe in several processes at once and after a crash midway.
 *
 * @throws {ServerBinaryMissingError} when there is none and none can be fetched, with the last lines of what failed.
 */
export async function ensureServerBinary(options: EnsureServerOptions = {}): Promise<ServerBinary> {
  const { kind, env = process.env, onProgress = () => {} } = options;
  const present = await findServerBinary(env, kind);
  if (present !== undefined) return present;
  const source = await availableSource(env);
  onProgress(`No ${titleOf(kind)} server on this machine: fetching one with ${source.name} (once, some seconds)`);
  await fetchFrom(source, kind ?? 'redis', env);
  const fetched = await findServerBinary(env, kind);
  if (fetched === undefined) throw new ServerBinaryMissingError(`what ${source.name} fetched does not run here`);
  onProgress(`Fetched ${titleOf(fetched.kind)} ${fetched.version}`);
  return fetched;
}

async function availableSource(env: Environment): Promise<ServerSource> {
  for (const source of [aptSource, brewSource]) {
    if (await source.isAvailable(env)) return source;
  }
  throw new ServerBinaryMissingError('there is none, and neither apt-get nor Homebrew to fetch one with');
}

function titleOf(kind: ServerKind | undefined): string {
  return kind === 'valkey' ? 'Valkey' : 'Redis';
}

async function fetchFrom(source: ServerSource, kind: ServerKind, env: Environment): Promise<void> {
  try {
    await fillCache(kind, env, async (folder) => {
      const candidate = await source.fetch(folder, kind, env);
      await identify(candidate, env);
      return candidate;
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ServerBinaryMissingError(`there is none, and ${source.name} failed to fetch one: ${reason}`, { cause });
  }
}

/**
 * Looks for a server in `ACKTOR_REDIS_SERVER`, then the PATH (valkey-server, redis-server, or the program of Debian's
 * tools package that holds the server), then Acktor's cache. Resolves with undefined when there is none that runs. With a
 * `kind` it skips servers of the other kind.
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
