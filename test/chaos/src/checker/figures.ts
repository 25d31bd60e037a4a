// Measured figures and the goals they are held to.
import type { Violation } from './evidence.js';

/** What was measured, each time. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly samples: readonly number[];
}

/** The most that a figure may be. */
export interface Goal {
  readonly p50?: number;
  readonly p99?: number;
  readonly max?: number;
}

/** Where the figure misses its goal, or was never measured. */
export function missed({ name, unit, samples }: Figure, goal: Goal): readonly Violation[] {
  if (samples.length === 0) return [{ invariant: 'goal', what: `${name} was never measured` }];
  const actual = summary(samples);
  return (['p50', 'p99', 'max'] as const).flatMap((key) => {
    const most = goal[key];
    if (most === undefined || actual[key] <= most) return [];
    const what = `${name}: expected ${key} to be at most ${most} ${unit}, got ${actual[key].toFixed(1)}`;
    return [{ invariant: 'goal', what }];
  });
}

/** The middle, the 99th percentile (nearest rank) and the greatest. */
export function summary(samples: readonly number[]): {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
} {
  const sorted = [...samples].sort((one, other) => one - other);
  const rank = (share: number) => sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? Number.NaN;
  return { p50: rank(0.5), p99: rank(0.99), max: rank(1) };
}
