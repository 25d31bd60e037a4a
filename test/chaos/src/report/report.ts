// The results of a run, as a file that other programs and later runs can read.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ScenarioResult } from '../run/run-scenario.js';
import type { Extent } from '../trial/trial.js';
import type { Surroundings } from './surroundings.js';

export interface Report {
  readonly extent: Extent;
  readonly seed: number;
  readonly surroundings: Surroundings;
  readonly results: readonly ScenarioResult[];
}

export async function writeReport(path: string, report: Report): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(report, undefined, 2)}\n`);
}

/** The reports in these files; of two results of one scenario only the later file's. */
export async function readReports(paths: readonly string[]): Promise<readonly Report[]> {
  const reports = await Promise.all(paths.map(readReport));
  return reports.map((report, at) => {
    const later = new Set(reports.slice(at + 1).flatMap(({ results }) => results.map(({ number }) => number)));
    return { ...report, results: report.results.filter(({ number }) => !later.has(number)) };
  });
}

async function readReport(path: string): Promise<Report> {
  return JSON.parse(await readFile(path, 'utf8'), (key, value: unknown) =>
    // JSON knows no infinity: what never came about was written as null.
    key === 'samples' ? (value as (number | null)[]).map((sample) => sample ?? Number.POSITIVE_INFINITY) : value,
  ) as Report;
}
