// Rounds of figures, put side by side: Acktor's median over a peer's.
import { median, spread } from './median.js';
import { metrics, type Figures, type Metric } from './metric.js';

/** What each subject gave in one round of a case, by the subject's name. Runs of a round stand next to each other in time. */
export type Round = Readonly<Record<string, Figures>>;

/** A peer that could not be measured. */
export interface Absence {
  readonly peer: string;
  readonly why: string;
}

/** One line of the results. Where there is nothing to compare with, the last four are null. */
export interface Comparison {
  readonly case: string;
  readonly metric: Metric;
  /** Acktor's median. */
  readonly acktor: number;
  readonly peer: string | null;
  /** The peer's median. */
  readonly peerValue: number | null;
  /** Acktor's median over the peer's. */
  readonly ratio: number | null;
  /** The least and the greatest ratio of any one round. */
  readonly spread: readonly [least: number, greatest: number] | null;
  /** Why the peer has no value, where it should have one. */
  readonly unavailable?: string;
}

/** With whom Acktor is compared. */
export interface Opponents {
  readonly peers: readonly string[];
  readonly absent: readonly Absence[];
}

/**
 * A line for each metric and peer; one without a peer for a metric that only Acktor has. A peer that is absent without any value has
 * one line, for the first metric.
 */
export function compare(name: string, rounds: readonly Round[], opponents: Opponents): readonly Comparison[] {
  const measured = (Object.keys(metrics) as Metric[]).filter((metric) => valuesOf(rounds, 'acktor', metric).length > 0);
  const lines = measured.flatMap((metric) => {
    const known = opponents.peers.filter((peer) => valuesOf(rounds, peer, metric).length > 0);
    if (known.length === 0) return [alone(name, rounds, metric)];
    return known.map((peer) => sideBySide({ name, rounds, metric, peer }));
  });
  const absent = opponents.absent.filter(({ peer }) => !lines.some((line) => line.peer === peer));
  const [metric] = measured;
  if (metric === undefined) return lines;
  return [...lines, ...absent.map(({ peer, why }) => ({ ...alone(name, rounds, metric), peer, unavailable: why }))];
}

function alone(name: string, rounds: readonly Round[], metric: Metric): Comparison {
  const acktor = median(valuesOf(rounds, 'acktor', metric));
  return { case: name, metric, acktor: rounded(acktor), peer: null, peerValue: null, ratio: null, spread: null };
}

interface Pairing {
  readonly name: string;
  readonly rounds: readonly Round[];
  readonly metric: Metric;
  readonly peer: string;
}

function sideBySide({ name, rounds, metric, peer }: Pairing): Comparison {
  const acktor = median(valuesOf(rounds, 'acktor', metric));
  const peerValue = median(valuesOf(rounds, peer, metric));
  const ratios = rounds.flatMap((round) => ratioIn(round, metric, peer) ?? []);
  return {
    case: name,
    metric,
    acktor: rounded(acktor),
    peer,
    peerValue: rounded(peerValue),
    ratio: ratioOrNull(acktor, peerValue),
    spread: ratios.length === 0 ? null : spreadOf(ratios),
  };
}

function spreadOf(ratios: readonly number[]): readonly [least: number, greatest: number] {
  const [least, greatest] = spread(ratios);
  return [rounded(least), rounded(greatest)];
}

function ratioIn(round: Round, metric: Metric, peer: string): number | undefined {
  const acktor = round['acktor']?.[metric];
  const other = round[peer]?.[metric];
  return acktor === undefined || other === undefined ? undefined : over(acktor, other);
}

function ratioOrNull(acktor: number, peerValue: number): number | null {
  const ratio = over(acktor, peerValue);
  return ratio === undefined ? null : rounded(ratio);
}

function over(acktor: number, peerValue: number): number | undefined {
  return peerValue === 0 ? undefined : acktor / peerValue;
}

function valuesOf(rounds: readonly Round[], subject: string, metric: Metric): readonly number[] {
  return rounds.flatMap((round) => round[subject]?.[metric] ?? []);
}

/** Four digits: more would be noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
