// The second step: the scripts for the server built, and every project compiled. `tsc -b` is quick, but starting it is not free, so a stamp
// comes first.

import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from './run.mjs';
import { hashOfTree, isStamped, writeStamp } from './stamp.mjs';
import { timed } from './log.mjs';
import { buildScripts } from '../lua/build.mjs';

const stampOf = (root) => join(root, 'node_modules', '.acktor-build-stamp');

/** Where the sources are, and where each project's output goes. */
const sources = ['packages', 'test', 'bench', 'tsconfig.base.json'];
const sourcesHash = (root) =>
  hashOfTree(root, sources, /(\.([cm]?tsx?|lua)|protocol\.mjs|package\.json|tsconfig[^/]*\.json)$/);

export function isBuilt(root) {
  return projectsOf(root).every(({ dist }) => existsSync(dist)) && isStamped(stampOf(root), sourcesHash(root));
}

export async function buildSources(root) {
  await buildScripts(root);
  const hash = sourcesHash(root);
  sweepOutput(root);
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await timed('building', () =>
    run([process.execPath, tsc, '-b'], { cwd: root, advice: 'Mend what the compiler names above, then try again.' }),
  );
  projectsOf(root).forEach(makeExecutable);
  writeStamp(stampOf(root), hash);
}

/** Makes the output of every project what the compiler takes it for, whatever was built, removed or checked out before. */
export function sweepOutput(root) {
  for (const project of projectsOf(root)) {
    sweep(project);
    // A compiler that finds its notes believes them: without all of the output that they describe they must go.
    if (!isComplete(project)) for (const notes of notesOf(project)) rmSync(notes, { force: true });
  }
}

/** Where the compiler keeps them: beside a folder of sources, else in the output. */
function notesOf({ folder, dist }) {
  return [folder, dist].map((each) => join(each, 'tsconfig.tsbuildinfo'));
}

function projectsOf(root) {
  const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name));
  return [...packages, 'test', 'test/chaos', 'bench']
    .map((path) => join(root, path))
    .filter((folder) => existsSync(join(folder, 'tsconfig.json')))
    .map((folder) => ({ folder, dist: join(folder, 'dist'), from: sourceFolderOf(folder) }));
}

/** What a package names as its commands: npm does this when it installs a package, but not for a workspace. */
function makeExecutable({ folder }) {
  const { bin = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const path of Object.values(bin)) chmodSync(join(folder, path), 0o755);
}

function sourceFolderOf(folder) {
  return existsSync(join(folder, 'src')) ? join(folder, 'src') : folder;
}

/** Whether each source has its output. */
function isComplete({ dist, from }) {
  return namesBelow(from)
    .filter((name) => /(?<!\.d)\.tsx?$/.test(name))
    .every((name) => existsSync(join(dist, name.replace(/\.tsx?$/, '.js'))));
}

/** What is compiled in a folder; a project within the folder has its own output. */
function namesBelow(folder, path = '') {
  const entries = readdirSync(join(folder, path), { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map(({ name }) => join(path, name));
  const isProject = path !== '' && entries.some(({ name }) => name === 'tsconfig.json');
  if (isProject) return [];
  const folders = entries.filter((entry) => entry.isDirectory() && !NOT_SOURCES.has(entry.name));
  return [...names, ...folders.flatMap(({ name }) => namesBelow(folder, join(path, name)))];
}

const NOT_SOURCES = new Set(['node_modules', 'dist']);

/** Removes the output of sources that are gone: the compiler leaves it, npm would pack it, and mocha would still run a test's. */
function sweep({ dist, from }) {
  if (!existsSync(dist)) return;
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.d.ts')) continue;
    const output = join(entry.parentPath, entry.name.slice(0, -'.d.ts'.length));
    if (existsSync(join(from, `${relative(dist, output)}.ts`))) continue;
    for (const ending of ['.js', '.js.map', '.d.ts', '.d.ts.map']) rmSync(output + ending, { force: true });
  }
}
