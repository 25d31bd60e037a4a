// What comes of a check: the value, or every fault found.

import type { Fault } from '../errors.js';

/** A checked value, or all that is wrong with it and, where something was thrown, what. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly Fault[]; readonly cause?: unknown };

/** A refusal for one reason. */
export function refuse(path: string, message: string, cause?: unknown): Checked<never> {
  return { ok: false, faults: [{ path, message }], cause };
}
