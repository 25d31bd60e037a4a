// The results of steps as a job's hash keeps them, in fields of their own, which any client may have written.
import type { JobStep } from '../../../operator/queue-admin.js';

/**
 * Reads what the scripts return: name and stored text of each, one after the other. In the order in which they were stored; what is no step is
 * left out.
 */
export function readSteps(flat: readonly string[]): readonly JobStep[] {
  const steps = flat.flatMap((name, i) => (i % 2 === 0 ? readStep(name, flat[i + 1] ?? '') : []));
  return steps.toSorted((one, other) => one.storedAtMs - other.storedAtMs);
}

/** The result is not parsed: a text that is nested too deep would end the stack. */
function readStep(name: string, text: string): readonly JobStep[] {
  const [, fence, storedAtMs, result] = STORED.exec(text) ?? [];
  return fence === undefined ? [] : [{ name, fence: Number(fence), storedAtMs: Number(storedAtMs), result }];
}

/** As `store-step.lua` writes it. */
const STORED = /^\{"fence":(\d{1,15}),"storedAtMs":(\d{1,15})(?:,"result":(.+))?\}$/s;
