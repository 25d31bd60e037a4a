// Where a server can be fetched from when the machine has none: Debian's or Ubuntu's archive, or Homebrew.
import { join } from 'node:path';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { canUseApt, libraryFolders, unpackPackages } from './apt-packages.js';
import { type Environment, runProgram, nameOf, type ServerCandidate, type ServerKind } from './program.js';

/**
 * The server is in the small `redis-tools` (or `valkey-tools`) package under the name of a checker: one program that acts by the name
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

export interface ServerSource {
  /** The program that fetches. */
  readonly name: string;
  isAvailable(env: Environment): Promise<boolean>;
  /** Fetches a server into the empty folder, or has it installed elsewhere, and says how to start it. */
  fetch(folder: string, kind: ServerKind, env: Environment): Promise<ServerCandidate>;
}

/**
 * The options that show apt where a server of this kind is; none when the machine's own settings will do.
 *
 * Debian 12 has Valkey in its backports alone. They are on the same servers as the rest, so the machine's own sources are
 * copied into the folder with that suite added: no server's name is known here, and nothing of the machine is changed.
 */
export async function aptSuites(kind: ServerKind, folder: string): Promise<readonly string[]> {
  const codename = kind === 'valkey' ? await debianCodename() : undefined;
  if (codename === undefined) return [];
  for (const { name, text } of await ownSources()) await writeFile(join(folder, name), withBackports(text, codename));
  return ['-o', 'Dir::Etc::SourceList=/dev/null', '-o', `Dir::Etc::SourceParts=${folder}`];
}

/** Adds the backports wherever the release itself is named, in either of apt's two formats. */
export function withBackports(sources: string, codename: string): string {
  const release = new RegExp(`^(Suites:(?:.*\\s)?)${codename}(?=\\s|$)(?!.*${codename}-backports)`, 'gm');
  const line = new RegExp(`^(deb (?:\\[.*\\] )?\\S+ )${codename}( .*)$`, 'gm');
  return sources
    .replace(release, `$1${codename} ${codename}-backports`)
    .replace(line, `$1${codename}$2\n$1${codename}-backports$2`);
}

async function debianCodename(): Promise<string | undefined> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  if (!/^ID=debian$/m.test(text)) return undefined;
  return /^VERSION_CODENAME=(\w+)$/m.exec(text)?.[1];
}

interface SourceFile {
  readonly name: string;
  readonly text: string;
}

async function ownSources(): Promise<readonly SourceFile[]> {
  const parts = await readdir('/etc/apt/sources.list.d').catch(() => []);
  const paths = parts.filter((name) => /\.(list|sources)$/.test(name)).map((name) => `/etc/apt/sources.list.d/${name}`);
  return Promise.all(['/etc/apt/sources.list', ...paths].map(readSource));
}

async function readSource(path: string): Promise<SourceFile> {
  const name = path.endsWith('/sources.list') ? 'machine.list' : (path.split('/').at(-1) ?? '');
  return { name, text: await readFile(path, 'utf8').catch(() => '') };
}

/** Homebrew has no way to unpack a formula elsewhere: the server is installed where Homebrew keeps everything. */
export const brewSource: ServerSource = {
  name: 'brew',
  isAvailable: (env) =>
    runProgram('brew', { args: ['--version'], env, timeoutMs: 20_000 }).then(
      () => true,
      () => false,
    ),
  fetch: async (_folder, kind, env): Promise<ServerCandidate> => {
    await runProgram('brew', { args: ['install', '--quiet', kind], env, timeoutMs: 600_000 });
    const prefix = await runProgram('brew', { args: ['--prefix', kind], env });
    return { path: join(prefix.trim(), `bin/${kind}-server`), argv0: `${kind}-server`, env: {} };
  },
};
