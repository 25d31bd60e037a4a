// The one clock of a trial.

/** Milliseconds of the machine's monotonic clock, which is the same in all its processes and never set back. */
export function nowMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
