// Which parts of the archive apt looks at: the machine's own, and Debian's backports where a server lies only there.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerKind } from './server-binary.js';

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
