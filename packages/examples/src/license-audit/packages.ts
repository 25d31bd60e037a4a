// Finds every package that is installed in a project (scoped, nested and linked ones, each once), and the files of each.
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/** Paths from the project's folder to the packages', sorted. Empty when there is no node_modules folder. */
export async function findPackages(project: string): Promise<readonly string[]> {
  const root = await realpath(project);
  const found = new Set<string>();
  await visitInstalled(join(root, 'node_modules'), { root, found });
  return [...found].map((folder) => relative(root, folder).split(sep).join('/')).sort();
}

/** What one search knows: links lead to the same folder twice, and in circles. */
interface Search {
  readonly root: string;
  readonly found: Set<string>;
}

async function visitInstalled(folder: string, search: Search): Promise<void> {
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    if (name.startsWith('@')) await visitInstalled(path, search);
    else if (STORES.has(name)) await visitStore(path, search);
    else if (!name.startsWith('.')) await visitPackage(path, search);
  }
}

/** pnpm and yarn keep packages in a store, each in a node_modules folder of its own, and link to them. */
async function visitStore(store: string, search: Search): Promise<void> {
  for (const name of await namesIn(store)) await visitInstalled(join(store, name, 'node_modules'), search);
}

async function visitPackage(path: string, search: Search): Promise<void> {
  const folder = await realpath(path).catch(() => undefined);
  if (folder === undefined || search.found.has(folder) || holds(folder, search.root)) return;
  // A folder without one is what an uninstalled package has left behind; packages may still be nested in it.
  if (await isFile(join(folder, 'package.json'))) search.found.add(folder);
  await visitInstalled(join(folder, 'node_modules'), search);
}

const STORES = new Set(['.pnpm', '.store']);

/** A project that is linked into itself is not one of its packages. */
function holds(folder: string, root: string): boolean {
  return root === folder || root.startsWith(folder + sep);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

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
