// The time of a trial: what the machine's clock says, and waiting that ends. A fault that strands a job must show as a violation, not as a trial
// that hangs.
import type { Violation } from '../checker/evidence.js';

/** The promise's value, or undefined when it takes longer. */
export async function within<T>(limitMs: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, limitMs, undefined)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A goal that was missed, in words. */
export function missing(what: string): Violation {
  return { invariant: 'goal', what };
}

/** Milliseconds of the machine's monotonic clock, which is the same in all its processes and never set back. */
export function nowMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
