// Random traces of the specification, no two alike, the same for everybody.
import { randomTrace } from './search.js';
import type { Scope } from './specification.js';
import type { TracedStep } from './traced-world.js';

export type NumberedTrace = readonly [number: number, trace: readonly TracedStep[]];

/** The first so many that are wanted. */
export function* randomTraces(
  count: number,
  scope: Scope,
  isWanted: (trace: readonly TracedStep[]) => boolean = () => true,
): Generator<NumberedTrace> {
  const seen = new Set<string>();
  for (let seed = 1; seen.size < count; seed += 1) {
    const trace = randomTrace(scope, pickerOf(seed));
    const text = trace.map((step) => step.text).join('\n');
    if (isWanted(trace) && !seen.has(text)) yield [seen.add(text).size, trace];
  }
}

/** The same numbers for the same seed: xorshift. */
function pickerOf(seed: number): (greatest: number) => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return (greatest) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % (greatest + 1);
  };
}
