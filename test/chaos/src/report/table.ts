// The results as a table for people, on a terminal and in docs/reliability.md.
import { summary } from '../checker/figures.js';
import type { ScenarioResult } from '../run/run-scenario.js';
import type { Report } from './report.js';
import { readFile, writeFile } from 'node:fs/promises';

/** Markdown, so that it can stand in the documentation as it is: the table, what is to be said of it, and where it was made. */
export function toText(reports: readonly Report[]): string {
  const results = reports.flatMap((report) => report.results).sort((one, other) => one.number - other.number);
  const remarks = results.flatMap(remarksOf).map((line) => `- ${line}`);
  const places = [...new Set(reports.filter((report) => report.results.length > 0).map(placeOf))];
  return [table(results), ...(remarks.length > 0 ? [remarks.join('\n')] : []), places.join('\n')].join('\n\n');
}

function table(results: readonly ScenarioResult[]): string {
  const rows = [HEADINGS, ...results.map(rowOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]) => `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`;
  const rule = line(widths.map((width) => '-'.repeat(width)));
  const [head = HEADINGS, ...body] = rows;
  return [line(head), rule, ...body.map(line)].join('\n');
}

const HEADINGS = ['#', 'fault', 'runs', 's', 'load', 'figures (p50 / p99 / max)', 'invariants and goals', 'controls'];

function rowOf(result: ScenarioResult): readonly string[] {
  const { number, name, runs, fullRuns, seconds, load, figures, violations, controls } = result;
  const verdict =
    violations.length === 0 ? 'hold' : `VIOLATED: ${[...new Set(violations.map((it) => it.invariant))].join(' ')}`;
  const control = controls.map(({ without, violations: found }) => {
    const failed = [...new Set(found.map(({ invariant }) => invariant))].join(' ');
    return found.length > 0 ? `without ${without}: fails ${failed}` : `without ${without}: PASSES, proves nothing`;
  });
  return [
    String(number),
    name,
    runs === fullRuns ? count(runs) : `${count(runs)} of ${count(fullRuns)}`,
    seconds.toFixed(0),
    load.toFixed(1),
    figures.map(figureText).join('; '),
    verdict,
    control.join('; '),
  ];
}

function count(number: number): string {
  return number.toLocaleString('en');
}

function figureText({ name, unit, samples }: ScenarioResult['figures'][number]): string {
  if (samples.length === 0) return `${name}: none`;
  const { p50, p99, max } = summary(samples);
  const shown = [p50, p99, max].map(rounded);
  return samples.length === 1
    ? `${name} ${shown[2]} ${unit}`
    : `${name} ${shown.join(' / ')} ${unit} (n=${count(samples.length)})`;
}

function rounded(value: number): string {
  const size = Math.abs(value);
  if (size < 1) return value.toFixed(2);
  return value.toFixed(size < 10 ? 1 : 0);
}

function remarksOf({ number, remarks, violations, controls }: ScenarioResult): readonly string[] {
  return [
    ...remarks.map((remark) => `${number}: ${remark}`),
    ...violations.slice(0, MOST_SHOWN).map(({ invariant, what }) => `${number}: VIOLATED ${invariant}: ${what}`),
    ...(violations.length > MOST_SHOWN ? [`${number}: and ${violations.length - MOST_SHOWN} more`] : []),
    ...controls
      .filter((it) => it.violations.length === 0)
      .map((it) => `${number}: the control without ${it.without} passed`),
  ];
}

const MOST_SHOWN = 8;

function placeOf({ extent, seed, surroundings, results }: Report): string {
  const numbers = results.map(({ number }) => number).join(', ');
  return `${numbers}: ${EXTENTS[extent]}, seed ${seed}; ${Object.values(surroundings).join(', ')}.  `;
}

const EXTENTS = { quick: '`--quick`', usual: 'the short list', all: '`--all`' } as const;

/** Replaces what stands between the two marks of the page. @throws RangeError when it has no such marks. */
export async function writeResults(reports: readonly Report[]): Promise<void> {
  const text = await readFile(PAGE, 'utf8');
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new RangeError(`expected ${PAGE.pathname} to hold ${BEGIN} and ${END}`);
  await writeFile(PAGE, `${before}${BEGIN}\n\n${toText(reports)}\n\n${END}${after}`);
}

const PAGE = new URL('../../../../docs/reliability.md', import.meta.url);
const BEGIN = '<!-- results of the fault suite: written by npm run chaos -- --report -->';
const END = '<!-- end of the results -->';
