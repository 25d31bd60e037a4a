// What the bench prints at the end: one JSON object for programs, a table for people.
import type { Comparison } from '../measuring/comparison.js';
import { verdictOn } from './goals.js';
import type { Machine, Versions } from './surroundings.js';

export interface BenchReport {
  readonly machine: Machine;
  readonly versions: Versions;
  readonly results: readonly Comparison[];
  /** What was typed. */
  readonly command: string;
  /** When it ended: an ISO 8601 time. */
  readonly madeAt: string;
  readonly tookSeconds: number;
}

/** One line of JSON. */
export function toJson(report: BenchReport): string {
  return JSON.stringify(report);
}

/** A line of columns for each result, under the machine and the versions. */
export function toTable({ machine, versions, results, command, tookSeconds }: BenchReport): string {
  const head = [machineLine(machine), versionsLine(versions), `${command}: ${tookSeconds} s`];
  return [...head, '', textTable(HEAD, results.map(rowOf), { from: 2, to: 6 })].join('\n');
}

export function machineLine({ processor, cores, memoryGb, system, load }: Machine): string {
  return `${processor}, ${cores} cores, ${memoryGb} GB, ${system}, load ${load} before the run`;
}

export function versionsLine(versions: Versions): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}

const HEAD = ['case', 'metric', 'acktor', 'peer value', 'ratio', 'spread', 'peer', 'goal'] as const;

function rowOf(result: Comparison): readonly string[] {
  const { case: name, metric, acktor, peer, peerValue, ratio, spread, unavailable } = result;
  if (unavailable !== undefined) return [name, metric, short(acktor), 'unavailable', '', '', peer ?? '', unavailable];
  const range = spread === null ? '' : `${short(spread[0])} to ${short(spread[1])}`;
  return [name, metric, short(acktor), short(peerValue), short(ratio), range, peer ?? '', verdictOn(result)];
}

/** Three digits, or all of a whole number; nothing for null. */
export function short(value: number | null): string {
  if (value === null) return '';
  return value >= 1_000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}

/** A line of heads and one for each row; the columns `from` to before `to` hold numbers. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { from, to }: { readonly from: number; readonly to: number },
): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const aligned = (cell: string, column: number) =>
    column >= from && column < to ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return all.map((row) => row.map(aligned).join('  ').trimEnd()).join('\n');
}
