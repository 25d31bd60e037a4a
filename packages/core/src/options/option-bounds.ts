// The bounds of numbers, stated or taken from the type.

import type { NumberOption } from './option-spec.js';

/** The least and the most that a number may be, both allowed. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

export function boundsOf({
  type,
  min = 0,
  max = type === 'share' ? 1 : Number.MAX_SAFE_INTEGER,
}: NumberOption): Bounds {
  return { min, max };
}
