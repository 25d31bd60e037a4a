// Judges a trial by its evidence.
import type { Evidence, Invariant, Violation } from './evidence.js';
import { disordered, heldTwice, lost, redelivered, unfinished } from './invariants.js';

/** Everything that must not be; empty when all invariants hold. */
export function check(evidence: Evidence): readonly Violation[] {
  return RULES.flatMap(([invariant, rule]) => rule(evidence).map((what) => ({ invariant, what })));
}

const RULES: readonly (readonly [Invariant, (evidence: Evidence) => readonly string[]])[] = [
  ['L', lost],
  ['H', heldTwice],
  ['D', redelivered],
  ['O', disordered],
  ['E', unfinished],
];
