// Fails a run that leaves something open: mocha must come to its end by itself, and so must every child process.

import { readdirSync, readFileSync } from 'node:fs';
import { count, settleAtExit } from './summary.mjs';

const graceMs = 15_000;

export const mochaHooks = {
  afterAll() {
    // Unreferenced: the guard itself does not keep the process alive, and so never fires when nothing else does.
    setTimeout(failWithWhatIsOpen, graceMs).unref();
    process.once('beforeExit', failWithChildren);
  },
};

function failWithWhatIsOpen() {
  count('failed');
  console.error(
    `\nexpected the tests to leave nothing open, but ${graceMs / 1000} s after the last one there is still:`,
  );
  for (const [kind, times] of tally(process.getActiveResourcesInfo())) console.error(`  ${times} × ${kind}`);
  for (const what of process._getActiveHandles().map(describe).filter(Boolean)) console.error(`  ${what}`);
  console.error('Close it in the test that opened it; `npm test -- <file>` runs one file alone.\n');
  settleAtExit();
  process.exit(1);
}

/** A child that nothing waits for does not keep us alive, and would live on. */
function failWithChildren() {
  const children = childrenOf(process.pid);
  if (children.length === 0) return;
  count('failed');
  console.error(`\nexpected the tests to end every process they start, but there is still:`);
  for (const { pid, command } of children) console.error(`  pid ${pid}: ${command}`);
  settleAtExit();
}

function tally(kinds) {
  const times = new Map();
  for (const kind of kinds) times.set(kind, (times.get(kind) ?? 0) + 1);
  return times;
}

function describe(handle) {
  if (handle.spawnfile !== undefined) return `process ${handle.pid}: ${handle.spawnargs.join(' ')}`;
  if (handle.remotePort !== undefined) return `socket to ${handle.remoteAddress}:${handle.remotePort}`;
  if (typeof handle.address === 'function' && handle.listening) return `server on ${JSON.stringify(handle.address())}`;
  return undefined;
}

/** Linux only: elsewhere there is no way to ask without starting a process. Zombies wait for us alone and do not count. */
function childrenOf(parent) {
  return pids().flatMap((pid) => {
    const [state, parentPid] = statOf(pid);
    return Number(parentPid) === parent && state !== 'Z' ? [{ pid, command: commandOf(pid) }] : [];
  });
}

function pids() {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** The fields after the command's name, which stands in brackets and may hold anything. */
function statOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  } catch {
    return [];
  }
}

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return 'unknown';
  }
}
