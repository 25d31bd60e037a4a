// Makes a bare clone ready to run: installs, builds and fetches a Redis server, each only when it is needed.
// Plain Node with no dependencies, because it runs before there are any: `node scripts/set-up.mjs [install|build|page|server]`.

import { fileURLToPath } from 'node:url';
import { buildSources, isBuilt } from './set-up/build.mjs';
import { installPackages, isInstalled } from './set-up/install.mjs';
import { withLock } from './set-up/lock.mjs';
import { buildPage, isPageBuilt } from './set-up/page.mjs';
import { fetchServer, hasServer } from './set-up/server.mjs';
import { SetUpError, log } from './set-up/log.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** In the order in which each needs the one before it. */
const steps = [
  { name: 'install', isDone: isInstalled, run: installPackages },
  { name: 'build', isDone: isBuilt, run: buildSources },
  { name: 'page', isDone: isPageBuilt, run: buildPage },
  { name: 'server', isDone: hasServer, run: fetchServer },
];

/**
 * Brings the clone up to the named step. Safe to run twice at once: the second waits for the first.
 *
 * Does nothing, within milliseconds, when all is done already. A crash midway leaves the step to be done again.
 */
export async function setUp(until = 'server') {
  const last = steps.findIndex(({ name }) => name === until);
  if (last === -1) throw new SetUpError(`expected a step (install, build, page, server), got "${until}"`);
  checkNode();
  const wanted = steps.slice(0, last + 1);
  if (wanted.every(({ isDone }) => isDone(root))) return;
  await withLock(root, async () => {
    for (const { isDone, run } of wanted) if (!isDone(root)) await run(root);
  });
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [oldestMajor, oldestMinor] = major === 22 ? [22, 12] : [20, 19];
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new SetUpError(
    `expected Node 20.19, 22.12 or newer, got ${process.version}: install one from https://nodejs.org`,
  );
}

/** Runs a program's set-up, and ends the program with a plain message if that cannot be done. */
export async function setUpOrExit(until) {
  try {
    await setUp(until);
  } catch (error) {
    log(error instanceof SetUpError ? error.message : (error.stack ?? String(error)));
    process.exit(1);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setUpOrExit(process.argv[2]);
