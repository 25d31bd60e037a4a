// What is said of several runs: the middle, the ends, and a value that most stay below.

/** The middle value; the mean of the two in the middle of an even number. @throws RangeError when there are none. */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = Math.floor(sorted.length / 2);
  const upper = at(sorted, middle);
  return sorted.length % 2 === 1 ? upper : (at(sorted, middle - 1) + upper) / 2;
}

/** The smallest value that at least `share` (0 to 1) of the values do not exceed. @throws RangeError when there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = ascending(values);
  return at(sorted, Math.max(Math.ceil(share * sorted.length) - 1, 0));
}

/** The least and the greatest value. @throws RangeError when there are none. */
export function spread(values: readonly number[]): readonly [least: number, greatest: number] {
  const sorted = ascending(values);
  return [at(sorted, 0), at(sorted, sorted.length - 1)];
}

function ascending(values: readonly number[]): readonly number[] {
  return [...values].sort((a, b) => a - b);
}

function at(sorted: readonly number[], index: number): number {
  const value = sorted[index];
  if (value === undefined) throw new RangeError('expected at least one value, got none');
  return value;
}
