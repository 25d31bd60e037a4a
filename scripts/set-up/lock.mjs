// One set-up at a time per clone: a folder with the owner's pid, made atomically, taken over when its owner has died.

import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { log } from './log.mjs';

const pollMs = 100;
/** How long an owner may take between making the folder and writing its pid. */
const nascentMs = 5_000;

/** Runs `work` while no other set-up of this clone runs. */
export async function withLock(root, work) {
  const folder = join(root, '.acktor', 'set-up.lock');
  await take(folder);
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function take(folder) {
  mkdirSync(dirname(folder), { recursive: true });
  for (let hasLogged = false; !tryTake(folder); await sleep(pollMs)) {
    if (isOwnerDead(folder)) removeDead(folder);
    else if (!hasLogged) {
      log(`waiting for another set-up (pid ${ownerOf(folder) ?? 'unknown'}); if none is running, remove ${folder}`);
      hasLogged = true;
    }
  }
}

function tryTake(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(folder, 'pid'), String(process.pid));
  return true;
}

function ownerOf(folder) {
  try {
    return Number(readFileSync(join(folder, 'pid'), 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isOwnerDead(folder) {
  const pid = ownerOf(folder);
  return pid === undefined ? isOlderThan(folder, nascentMs) : !isAlive(pid);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function isOlderThan(folder, ageMs) {
  try {
    return Date.now() - statSync(folder).mtimeMs > ageMs;
  } catch {
    return false;
  }
}

/** Moves the dead owner's folder away; two that wait may try at once, and the later must not remove the earlier's own. */
function removeDead(folder) {
  const aside = `${folder}.${process.pid}`;
  try {
    renameSync(folder, aside);
    if (isOwnerDead(aside)) rmSync(aside, { recursive: true, force: true });
    else renameSync(aside, folder);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}
