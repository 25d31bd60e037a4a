// How fast a figure grows, in spite of its noise.

/** One look at a figure. */
export interface Sample {
  readonly atMs: number;
  readonly value: number;
}

/** What it grows by in an hour: the estimate, and the least that it may well be (the lower end of its 95 % interval). */
export interface Slope {
  readonly perHour: number;
  readonly leastPerHour: number;
}

/**
 * The median of the slopes between all pairs of samples, which a few wild ones do not move.
 *
 * @see P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", 1968.
 */
export function slopeOf(samples: readonly Sample[]): Slope {
  const slopes = samples.flatMap((one, at) => samples.slice(at + 1).map((other) => between(one, other)));
  slopes.sort((one, other) => one - other);
  const at = (rank: number) => slopes[Math.min(Math.max(Math.floor(rank), 0), slopes.length - 1)] ?? 0;
  const n = samples.length;
  const spread = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  return { perHour: at(slopes.length / 2), leastPerHour: at((slopes.length - 1.96 * spread) / 2) };
}

/** The least of each span: what is left when passing use is over. */
export function lowEnvelope(samples: readonly Sample[], spanMs: number): readonly Sample[] {
  const lowest = new Map<number, Sample>();
  for (const sample of samples) {
    const span = Math.floor(sample.atMs / spanMs);
    const known = lowest.get(span);
    if (known === undefined || sample.value < known.value) lowest.set(span, sample);
  }
  return [...lowest.values()];
}

function between(one: Sample, other: Sample): number {
  return ((other.value - one.value) / (other.atMs - one.atMs)) * HOUR_MS;
}

const HOUR_MS = 3_600_000;
