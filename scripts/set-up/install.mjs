// The first step: node_modules as package-lock.json says.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';
import { hashOfFile, isStamped, writeStamp } from './stamp.mjs';
import { timed } from './log.mjs';

const stampOf = (root) => join(root, 'node_modules', '.acktor-stamp');
const lockOf = (root) => join(root, 'package-lock.json');

/** Whether node_modules holds what the lock file names. Adopts what the user's own `npm install` has brought. */
export function isInstalled(root) {
  const hash = hashOfFile(lockOf(root));
  if (isStamped(stampOf(root), hash)) return true;
  if (!holdsTheLock(root)) return false;
  writeStamp(stampOf(root), hash);
  return true;
}

export async function installPackages(root) {
  const advice = 'Check the network and the registry (`npm ping`), or run `npm install` to see more, then try again.';
  await timed('installing packages', () =>
    // What NODE_ENV=production would leave out is needed to build.
    run([...npm(), 'ci', '--include=dev', '--no-audit', '--no-fund'], { cwd: root, advice }),
  );
  writeStamp(stampOf(root), hashOfFile(lockOf(root)));
}

/** The npm that runs us, if any: then the PATH and the platform's names for it do not matter. */
function npm() {
  const path = process.env.npm_execpath;
  if (path?.endsWith('.js')) return [process.execPath, path];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

/** npm keeps what it has installed in a lock file of its own, which leaves out what other platforms need. */
function holdsTheLock(root) {
  const wanted = packagesIn(lockOf(root));
  const present = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted)
    .filter(([path, { optional }]) => path.includes('node_modules/') && optional !== true)
    .every(([path, { version, link }]) => present[path]?.version === version && present[path]?.link === link);
}

function packagesIn(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
