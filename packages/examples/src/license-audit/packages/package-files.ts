// Lists the files of one package, without the packages installed inside it.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Paths from the package's folder, with `/`, sorted by code units. Links are left out: what they name lies elsewhere. */
export async function packageFiles(folder: string): Promise<readonly string[]> {
  const files = await filesBelow(folder, '');
  return files.sort();
}

async function filesBelow(folder: string, path: string): Promise<string[]> {
  const entries = await readdir(join(folder, path), { withFileTypes: true });
  const pathOf = (name: string) => (path === '' ? name : `${path}/${name}`);
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => pathOf(name));
  const folders = entries.filter((entry) => entry.isDirectory() && !NOT_CONTENT.has(entry.name));
  const nested = await Promise.all(folders.map(({ name }) => filesBelow(folder, pathOf(name))));
  return [...files, ...nested.flat()];
}

/** Other packages; and what a linked workspace holds besides its content. */
const NOT_CONTENT = new Set(['node_modules', '.git', '.acktor']);
