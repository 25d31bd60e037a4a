// Waiting that ends: a fault that strands a job must show as a violation, not as a trial that hangs.
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
