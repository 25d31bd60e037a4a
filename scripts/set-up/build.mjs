// The second step: every project compiled. `tsc -b` is quick, but starting it is not free, so a stamp comes first.

import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from './run.mjs';
import { hashOfTree, isStamped, writeStamp } from './stamp.mjs';
import { timed } from './tell.mjs';

const stampOf = (root) => join(root, 'node_modules', '.acktor-build-stamp');

/** Where the sources are, and where each project's output goes. */
const sources = ['packages', 'test', 'bench', 'tsconfig.base.json'];
const sourcesHash = (root) => hashOfTree(root, sources, /(\.[cm]?tsx?|package\.json|tsconfig[^/]*\.json)$/);

export function isBuilt(root) {
  return projectsOf(root).every(({ dist }) => existsSync(dist)) && isStamped(stampOf(root), sourcesHash(root));
}

export async function buildSources(root) {
  const hash = sourcesHash(root);
  const projects = projectsOf(root);
  projects.forEach(sweep);
  // A compiler that finds its notes believes them: without the output they describe they must go.
  for (const { folder, dist } of projects)
    if (!existsSync(dist)) rmSync(join(folder, 'tsconfig.tsbuildinfo'), { force: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await timed('building', () =>
    run([process.execPath, tsc, '-b'], { cwd: root, advice: 'Mend what the compiler names above, then try again.' }),
  );
  projects.forEach(makeExecutable);
  writeStamp(stampOf(root), hash);
}

function projectsOf(root) {
  const packages = readdirSync(join(root, 'packages')).map((name) => join('packages', name));
  return [...packages, 'test', 'test/chaos', 'bench']
    .map((path) => join(root, path))
    .filter((folder) => existsSync(join(folder, 'tsconfig.json')))
    .map((folder) => ({ folder, dist: join(folder, 'dist'), from: sourceFolderOf(folder) }));
}

/** What a package names as its commands: npm does this for whoever installs it, but not for a workspace. */
function makeExecutable({ folder }) {
  const { bin = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const path of Object.values(bin)) chmodSync(join(folder, path), 0o755);
}

function sourceFolderOf(folder) {
  return existsSync(join(folder, 'src')) ? join(folder, 'src') : folder;
}

/** Removes the output of sources that are gone: the compiler leaves it, and mocha would still run a test's. */
function sweep({ dist, from }) {
  if (!existsSync(dist)) return;
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.d.ts')) continue;
    const output = join(entry.parentPath, entry.name.slice(0, -'.d.ts'.length));
    if (existsSync(join(from, `${relative(dist, output)}.ts`))) continue;
    for (const ending of ['.js', '.js.map', '.d.ts', '.d.ts.map']) rmSync(output + ending, { force: true });
  }
}
