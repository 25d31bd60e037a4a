// `npm run packages`: packs what is published, and looks at it as a user's tools will: publint, attw, and an install of
// the tarballs into an empty folder. Needs an installed clone with a built page.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSources } from './set-up/build.mjs';
import { withLock } from './set-up/lock.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const work = mkdtempSync(join(tmpdir(), 'acktor-packages-'));
try {
  // Also where it is built already: what an older build has left would be packed, too.
  await withLock(root, () => buildSources(root));
  const packages = publishedPackages().map((published) => ({ ...published, tarball: pack(published) }));
  packages.forEach(lint);
  const home = installAll(packages);
  for (const { name } of packages) importDoors(name, home);
  tryDashboard(home);
  console.log(`packages: ${packages.map(({ name, version }) => `${name}@${version}`).join(', ')} are fit to publish`);
} catch (error) {
  // The tool has said what is wrong; only what we threw ourselves needs saying.
  if (error.status === undefined) console.error(error);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

function publishedPackages() {
  return readdirSync(join(root, 'packages'))
    .map((folder) => ({ folder: join(root, 'packages', folder), manifest: manifestIn(join('packages', folder)) }))
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ folder, manifest: { name, version } }) => ({ folder, name, version }));
}

function manifestIn(folder) {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
}

function pack({ folder, name }) {
  const output = npm(['pack', '--json', '--pack-destination', work], folder, 'pipe');
  const answer = JSON.parse(output);
  // npm 11 answers with a list, npm 12 with an object by name.
  const { filename, size, entryCount, files } = Array.isArray(answer) ? answer[0] : answer[name];
  for (const wanted of ['LICENSE', 'README.md'])
    if (!files.some(({ path }) => path === wanted))
      throw new Error(`expected ${wanted} in ${name}, got a package without it`);
  console.log(`packages: packed ${name}, ${entryCount} files, ${Math.ceil(size / 1024)} KiB`);
  return join(work, filename);
}

function lint({ tarball }) {
  runTool('publint', ['run', '--strict', tarball]);
  runTool('attw', [tarball, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii', '--no-color']);
}

/** Installs the tarballs side by side, as a user who has them from a registry would get them. */
function installAll(packages) {
  const home = join(work, 'home');
  mkdirSync(home);
  // Overrides: what one of ours needs of another must come from these tarballs too, not from a registry.
  const ours = Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`]));
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({ name: 'home', private: true, type: 'module', dependencies: ours, overrides: ours }),
  );
  npm(['install', '--no-audit', '--no-fund', '--loglevel=error'], home);
  return home;
}

/** Each door must open where only the tarballs are. */
function importDoors(name, home) {
  const { exports } = JSON.parse(readFileSync(join(home, 'node_modules', name, 'package.json'), 'utf8'));
  for (const door of Object.keys(exports).filter((path) => !path.endsWith('.json'))) {
    const path = name + door.slice(1);
    const program = `const door = await import('${path}'); console.log('packages: ${path} opens,', Object.keys(door).length, 'names');`;
    execFileSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: home, stdio: 'inherit' });
  }
}

/** The page must be in its package, and the command of the one package must find the other. */
function tryDashboard(home) {
  const page = join(home, 'node_modules/@acktor/dashboard/dist/web/index.html');
  if (!existsSync(page)) throw new Error('expected the built page in @acktor/dashboard, got a package without it');
  const command = join(home, 'node_modules/@acktor/cli/bin/acktor.js');
  // It needs no server to refuse an address that all can reach.
  const { stderr } = spawnSync(process.execPath, [command, 'dashboard', '--host', '0.0.0.0'], {
    cwd: home,
    encoding: 'utf8',
  });
  if (!stderr.includes('expected tokens'))
    throw new Error(`expected acktor dashboard to ask for tokens, got: ${stderr}`);
  console.log('packages: acktor dashboard finds its page');
}

function npm(args, cwd, stdout = 'inherit') {
  const path = process.env.npm_execpath;
  const [command, ...first] = path?.endsWith('.js') ? [process.execPath, path] : ['npm'];
  return execFileSync(command, [...first, ...args], { cwd, stdio: ['ignore', stdout, 'inherit'], encoding: 'utf8' });
}

function runTool(tool, args) {
  const { bin } = JSON.parse(readFileSync(join(folderOf(tool), 'package.json'), 'utf8'));
  const program = typeof bin === 'string' ? bin : bin[tool];
  execFileSync(process.execPath, [join(folderOf(tool), program), ...args], { cwd: work, stdio: 'inherit' });
}

function folderOf(tool) {
  return join(root, 'node_modules', tool === 'attw' ? '@arethetypeswrong/cli' : tool);
}
