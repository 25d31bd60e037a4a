// Two builds side by side: of each pair one run of either, so that what the machine does meanwhile meets both alike.
import { median, spread } from '../measuring/median.js';
import { isMoreBetter, metrics, type Figures, type Metric } from '../measuring/metric.js';

/** One run of either build, which stood next to each other in time. */
export interface Pair {
  readonly here: Figures;
  readonly there: Figures;
}

/** One line of the results: medians of both, and how well this build does against the other. */
export interface BuildComparison {
  readonly case: string;
  readonly metric: Metric;
  readonly here: number;
  readonly there: number;
  readonly pairs: number;
  /**
   * The median over the pairs of how many times as good this build is: 1 is alike, more is better, whichever way the metric counts.
   * Null where the figures are zeros.
   */
  readonly share: number | null;
  /** The least and the greatest share of any one pair. */
  readonly spread: readonly [least: number, greatest: number] | null;
  /** Whether the share is at least {@link LEAST_SHARE}. */
  readonly isKept: boolean | null;
}

/** What a build may lose by a change that is for something else: less than noise hides in a few pairs. */
export const LEAST_SHARE = 0.97;

/** The builds take turns at running first: here, there, there, here. What grows over a bench then counts for both. */
export function isHereFirst(pair: number): boolean {
  return pair % 2 === 0;
}

/** A line for each metric that both builds gave. @throws RangeError for no pair. */
export function comparePairs(name: string, pairs: readonly Pair[]): readonly BuildComparison[] {
  if (pairs.length === 0) throw new RangeError('expected at least one pair, got none');
  const both = (Object.keys(metrics) as Metric[]).filter((metric) => valuesOf(pairs, metric).length === pairs.length);
  return both.map((metric) => compareMetric(name, metric, valuesOf(pairs, metric)));
}

type Values = readonly (readonly [here: number, there: number])[];

function compareMetric(name: string, metric: Metric, values: Values): BuildComparison {
  const shares = values.flatMap(([here, there]) => shareOf(metric, here, there) ?? []);
  const share = shares.length === 0 ? null : rounded(median(shares));
  const [least = 0, greatest = 0] = shares.length === 0 ? [] : spread(shares);
  return {
    case: name,
    metric,
    here: rounded(median(values.map(([here]) => here))),
    there: rounded(median(values.map(([, there]) => there))),
    pairs: values.length,
    share,
    spread: share === null ? null : [rounded(least), rounded(greatest)],
    isKept: share === null ? null : share >= LEAST_SHARE,
  };
}

function shareOf(metric: Metric, here: number, there: number): number | undefined {
  const [above, below] = isMoreBetter(metric) ? [here, there] : [there, here];
  if (above === below) return 1;
  return below === 0 ? undefined : above / below;
}

function valuesOf(pairs: readonly Pair[], metric: Metric): Values {
  return pairs.flatMap(({ here, there }) => {
    const [ours, theirs] = [here[metric], there[metric]];
    return ours === undefined || theirs === undefined ? [] : [[ours, theirs] as const];
  });
}

/** Four digits: more would be noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
