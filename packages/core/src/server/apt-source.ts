// Fetches a server from Debian's or Ubuntu's archive, without root and without touching what is installed.
import { join } from 'node:path';
import { canUseApt, libraryFolders, unpackPackages } from './apt-packages.js';
import { aptSuites } from './apt-suites.js';
import type { Environment } from './program.js';
import { nameOf, type ServerCandidate, type ServerKind } from './server-binary.js';
import type { ServerSource } from './server-source.js';

/**
 * The server lies in the small `redis-tools` (or `valkey-tools`) package under the name of a checker: one program that acts by the name
 * it is called.
 */
export const aptSource: ServerSource = { name: 'apt-get', isAvailable: canUseApt, fetch: fetchWithApt };

async function fetchWithApt(folder: string, kind: ServerKind, env: Environment): Promise<ServerCandidate> {
  await unpackPackages({ name: `${kind}-tools`, folder, env, suites: (sources) => aptSuites(kind, sources) });
  return asCandidate(folder, kind);
}

async function asCandidate(folder: string, kind: ServerKind): Promise<ServerCandidate> {
  const path = join(folder, `usr/bin/${kind}-check-rdb`);
  const libraries = await libraryFolders(join(folder, 'usr/lib'));
  return { path, argv0: nameOf(path), env: libraries.length === 0 ? {} : { LD_LIBRARY_PATH: libraries.join(':') } };
}
