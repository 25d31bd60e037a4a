// The progress of a run, and its results as a file that other programs and later runs can read.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ScenarioResult } from '../run/run-scenario.js';
import type { Extent } from '../trial/trial.js';
import { cpus, release, totalmem, type } from 'node:os';
import { ensureServerBinary } from '@acktor/core/server';
import type { WriteStream } from 'node:tty';

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

export type Surroundings = Readonly<Record<string, string>>;

export async function surroundings(): Promise<Surroundings> {
  const { kind, version } = await ensureServerBinary();
  return {
    processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${type()} ${release()}`,
    runtime: `Node ${process.versions.node}`,
    server: `${kind} ${version}`,
  };
}

export interface Progress {
  /** What stays. */
  readonly say: (line: string) => void;
  /** What the next word replaces. */
  readonly log: (progress: string) => void;
}

export function progressLine(out: Pick<WriteStream, 'write' | 'isTTY'>): Progress {
  if (!out.isTTY) return { say: (line) => out.write(`${line}\n`), log: () => undefined };
  return {
    say: (line) => out.write(`${CLEAR}${line}\n`),
    log: (progress) => out.write(`${CLEAR}${progress.slice(0, 118)}`),
  };
}

const CLEAR = '\r\u001B[K';
