// Makes sure that there is a server to run: found on this machine, or fetched into Acktor's cache.
import { aptSource } from './apt-source.js';
import { brewSource } from './brew-source.js';
import { findServerBinary } from './find-server.js';
import type { Environment } from './program.js';
import { identify, type ServerBinary, type ServerKind } from './server-binary.js';
import { fillCache } from './server-cache.js';
import { ServerBinaryMissingError } from './server-errors.js';
import type { ServerSource } from './server-source.js';

export interface EnsureServerOptions {
  /** Which server; a Valkey of any version has WAITAOF, Redis from 7.2. Default: whichever is found, else Redis is fetched. */
  readonly kind?: ServerKind;
  /** Told, in words for people, what is being done while it takes time. */
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
