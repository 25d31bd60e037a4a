// Where results are kept between a bench and its report.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchReport } from './report.js';

/** The results of the last bench in this clone; ignored by git. */
const LAST_RESULTS = fileURLToPath(new URL('../../../.cache/bench/last.json', import.meta.url));

export async function saveResults(report: BenchReport): Promise<void> {
  await mkdir(dirname(LAST_RESULTS), { recursive: true });
  await writeFile(LAST_RESULTS, resultsText(report));
}

/** The results of these files as one, or those of the last bench. @throws RangeError when there is no such file. */
export async function readResults(files: readonly string[]): Promise<BenchReport> {
  const [first, ...others] = await Promise.all((files.length > 0 ? files : [LAST_RESULTS]).map(readReport));
  if (first === undefined) throw new RangeError('expected at least one file of results');
  return others.reduce(joined, first);
}

async function readReport(file: string): Promise<BenchReport> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new RangeError(`expected results in ${file}, found none: run \`npm run bench\` first`);
  });
  return JSON.parse(text) as BenchReport;
}

/**
 * One report of two: with the processors of both, and of two results of a case the later one. No comparison is between two reports:
 * each has its own peers.
 */
export function joined(report: BenchReport, later: BenchReport): BenchReport {
  const isOld = new Set(later.results.map(({ case: name }) => name));
  return {
    machine: { ...later.machine, processor: bothOf(report.machine.processor, later.machine.processor) },
    versions: later.versions,
    results: [...report.results.filter(({ case: name }) => !isOld.has(name)), ...later.results],
    command: `${report.command}; ${later.command}`,
    madeAt: later.madeAt,
    tookSeconds: report.tookSeconds + later.tookSeconds,
  };
}

function bothOf(processors: string, later: string): string {
  return processors.split(', ').includes(later) ? processors : `${processors}, ${later}`;
}

/** A line for each result, so that changes can be read. */
export function resultsText({ results, ...surroundings }: BenchReport): string {
  const lines = results.map((result) => `  ${JSON.stringify(result)}`).join(',\n');
  return `${JSON.stringify(surroundings, null, 1).slice(0, -2)},\n "results": [\n${lines}\n ]\n}\n`;
}
