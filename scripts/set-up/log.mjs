// What set-up says to the person who waits for it: short lines on stderr, so that stdout stays the program's own.

/** A failure that a person can mend: its message says what happened and what to do. */
export class SetUpError extends Error {}

export function log(line) {
  process.stderr.write(`acktor: ${line}\n`);
}

/** Says what begins, runs it, and says how long it took. */
export async function timed(what, run) {
  log(`${what} …`);
  const startedMs = performance.now();
  const result = await run();
  log(`${what}: done in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  return result;
}
