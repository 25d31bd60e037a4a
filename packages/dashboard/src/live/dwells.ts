// Durations in few numbers: how many fell into each of some steps, each step 9 % longer than the one before.
//
// Workers tell the sum over the steps of a tenth of a second, so what is counted is the mean of each such group: the median
// that comes of it is an estimate.

/** Counts durations; ten of them make the median of ten seconds. */
export class Dwells {
  readonly #counts = new Map<number, number>();

  /** @param meanMs of `count` durations, in milliseconds. */
  add(meanMs: number, count: number): void {
    const step = Math.round(STEPS_PER_DOUBLING * Math.log2(Math.max(meanMs, SHORTEST_MS)));
    this.#counts.set(step, (this.#counts.get(step) ?? 0) + count);
  }

  /** The median of all of them, within 5 %; 0 when there are none. */
  static median(all: readonly Dwells[]): number {
    const sums = new Map<number, number>();
    for (const dwells of all) for (const [step, count] of dwells.#counts) sums.set(step, (sums.get(step) ?? 0) + count);
    const half = [...sums.values()].reduce((sum, count) => sum + count, 0) / 2;
    let below = 0;
    for (const [step, count] of [...sums].toSorted(([one], [other]) => one - other)) {
      below += count;
      if (below >= half) return 2 ** (step / STEPS_PER_DOUBLING);
    }
    return 0;
  }
}

const STEPS_PER_DOUBLING = 8;
const SHORTEST_MS = 0.01;
