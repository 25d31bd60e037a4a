// The last line of a test run, `N passed, N failed`, written when the process ends: what comes late counts too.

import { writeSync } from 'node:fs';

const counts = { passed: 0, failed: 0, skipped: 0 };
let isPrinting = false;

export function count(kind) {
  counts[kind] += 1;
}

/** Promises the last line. To be called before the first test. */
export function printSummary() {
  isPrinting = true;
  process.once('beforeExit', settleAtExit);
}

/** Lets our counts decide the exit code. Called when mocha is done: it sets the code at exit too, and the last one wins. Harmless twice. */
export function settleAtExit() {
  process.off('exit', settle);
  process.on('exit', settle);
}

function settle() {
  if (counts.failed > 0) process.exitCode = 1;
  if (isPrinting) writeSync(1, `${lineOf(counts)}\n`);
}

function lineOf({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
