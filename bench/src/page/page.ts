// `docs/performance.md`: the prose of a template, with what a bench has measured.
import { goals, judge, boundOf } from '../report/goals.js';
import { machineLine, short, versionsLine, type BenchReport } from '../report/report.js';
import { barChart } from './bar-chart.js';
import { boundsTable, markdownTable } from './tables.js';
import { chartOf, chartPlans } from './charts.js';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { dirname, join } from 'node:path';
import { resultsText } from '../report/results-file.js';

/** A file of the page, by its path from the page's folder. */
export interface PageFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The page and its charts. Each `{{name}}` of the template is replaced by what this run has of it, a chart or table that it has
 * not by a word that says so. @throws RangeError for a name that there is not.
 */
export function pageOf(template: string, report: BenchReport): readonly PageFile[] {
  const charts = chartPlans.flatMap((plan) => {
    const chart = chartOf(plan, report.results);
    return chart === undefined ? [] : [{ plan, text: barChart(chart) }];
  });
  const images = charts.map(({ plan }): [string, string] => [
    `chart ${plan.name}`,
    `![${plan.title}](${FOLDER}/${plan.name}.svg)`,
  ]);
  const parts: Readonly<Record<string, string>> = { ...Object.fromEntries(images), ...partsOf(report) };
  const fill = (_: string, name: string) => {
    const part = parts[name];
    if (part !== undefined) return part;
    if (chartPlans.some((plan) => `chart ${plan.name}` === name) || name === 'bounds') return ABSENT;
    throw new RangeError(`the template of the page names "${name}", which there is not`);
  };
  const page = { path: 'performance.md', text: template.replaceAll(/\{\{([^}]+)\}\}/g, fill) };
  return [page, ...charts.map(({ plan, text }) => ({ path: `${FOLDER}/${plan.name}.svg`, text }))];
}

const FOLDER = 'performance';
const ABSENT = '*Not measured in this run.*';

function partsOf(report: BenchReport): Readonly<Record<string, string>> {
  const bounds = boundsTable(report);
  return {
    command: report.command,
    'made at': report.madeAt.slice(0, 10),
    minutes: short(report.tookSeconds / 60),
    machine: machineLine(report.machine),
    versions: versionsLine(report.versions),
    goals: goalsTable(report),
    results: resultsTable(report),
    ...(bounds !== undefined && { bounds }),
  };
}

function goalsTable({ results }: BenchReport): string {
  const rows = goals.map((goal) => {
    const { outcome, value, line } = judge(goal, results);
    const spread = goal.peer === undefined ? null : line?.spread;
    const range = spread ? `${short(spread[0])} to ${short(spread[1])}` : '';
    const pair =
      goal.peer === undefined || line === undefined ? '' : `${short(line.acktor)} / ${short(line.peerValue)}`;
    return [goal.about, pair, short(value), range, boundOf(goal), outcome === 'missed' ? '**missed**' : outcome];
  });
  return markdownTable(['', 'Acktor / peer', 'ratio or value', 'spread', 'goal', ''], rows);
}

function resultsTable({ results }: BenchReport): string {
  const rows = results.map(({ case: name, metric, acktor, peer, peerValue, ratio, spread, unavailable }) => {
    const range = spread ? `${short(spread[0])} to ${short(spread[1])}` : '';
    return [name, metric, short(acktor), peer ?? '', unavailable ?? short(peerValue), short(ratio), range];
  });
  return markdownTable(['case', 'metric', 'Acktor', 'peer', "peer's value", 'ratio', 'spread'], rows);
}

/** Writes `docs/performance.md`, its charts and its results. */
export async function writePage(report: BenchReport): Promise<void> {
  const files = pageOf(await readFile(TEMPLATE, 'utf8'), report);
  for (const { path, text } of [...files, { path: 'performance/results.json', text: resultsText(report) }]) {
    const file = join(DOCS, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
    console.error(`wrote docs/${path}`);
  }
}

const TEMPLATE = fileURLToPath(new URL('../../performance.template.md', import.meta.url));
const DOCS = fileURLToPath(new URL('../../../docs', import.meta.url));
