// `npm run bench -- --against <folder>`: this build of Acktor against another, in one run.
import type { BenchCase } from '../cases/bench-case.js';
import { runOnce, type RoundsDeps } from '../measuring/rounds.js';
import { thisMachine, versionsWith, type Machine, type Versions } from '../report/surroundings.js';
import { machineLine, short, versionsLine, textTable } from '../report/report.js';
import { comparePairs, isHereFirst, LEAST_SHARE, type BuildComparison, type Pair } from './pairs.js';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** What came of it. */
export interface AgainstReport {
  readonly here: Pick<Build, 'folder' | 'commit'>;
  readonly there: Pick<Build, 'folder' | 'commit'>;
  readonly leastShare: number;
  readonly machine: Machine;
  readonly versions: Versions;
  readonly results: readonly BuildComparison[];
  readonly tookSeconds: number;
}

export interface AgainstWish extends Omit<RoundsDeps, 'rounds' | 'entries'> {
  readonly cases: readonly BenchCase[];
  readonly folder: string;
  readonly pairs: number;
  /** What stands for the results of a case that failed. */
  readonly onFailure: (name: string, error: unknown) => readonly BuildComparison[];
  /** How busy the machine was before. */
  readonly load: number;
}

/** The cases that a change of the path of a delivery shows in, and that take seconds. */
export const AGAINST_CASES: readonly string[] = ['noop-50', 'noop-1', 'start-idle'];

/**
 * Runs each case in pairs, a run of either build next to one of the other, each in fresh processes of its own clone: the processes
 * under test and the packages are those of the folder, the driver and the server are ours.
 * A case that fails with either build is passed to `onFailure`, with which it was, and the others run nevertheless.
 * @throws RangeError where the folder is no build.
 */
export async function benchAgainst({
  cases,
  folder,
  pairs,
  load,
  onFailure,
  ...deps
}: AgainstWish): Promise<AgainstReport> {
  const [here, there] = [await thisBuild(), await buildIn(folder)];
  const startedAtMs = performance.now();
  const results: BuildComparison[] = [];
  for (const benchCase of cases) {
    deps.log(`${benchCase.name}: ${benchCase.about}`);
    const compared = runPairs(benchCase, { here, there, pairs }, deps).then((all) => comparePairs(benchCase.name, all));
    results.push(...(await compared.catch((error: unknown) => onFailure(benchCase.name, error))));
  }
  return {
    here: nameOf(here),
    there: nameOf(there),
    leastShare: LEAST_SHARE,
    machine: thisMachine(load),
    versions: await versionsWith(await deps.servers.versions()),
    results,
    tookSeconds: Math.round((performance.now() - startedAtMs) / 1_000),
  };
}

function nameOf({ folder, commit }: Build): Pick<Build, 'folder' | 'commit'> {
  return { folder, commit };
}

interface Match {
  readonly here: Build;
  readonly there: Build;
  readonly pairs: number;
}

async function runPairs(
  benchCase: BenchCase,
  { here, there, pairs }: Match,
  deps: Omit<RoundsDeps, 'rounds' | 'entries'>,
): Promise<readonly Pair[]> {
  const run = ({ entries, folder }: Build) =>
    runOnce(benchCase, 'acktor', { ...deps, entries }).catch((cause: unknown) => {
      throw new Error(`${benchCase.name} failed with the build in ${folder}: ${String(cause)}`, { cause });
    });
  const done: Pair[] = [];
  for (let number = 0; number < pairs; number += 1) {
    const [first, second] = isHereFirst(number) ? [here, there] : [there, here];
    const [one, other] = [await run(first), await run(second)];
    const pair = isHereFirst(number) ? { here: one, there: other } : { here: other, there: one };
    done.push(pair);
    const shares = comparePairs(benchCase.name, [pair]).map(({ metric, share }) => `${metric} ${short(share)}`);
    deps.log(`${benchCase.name} ${number + 1}/${pairs}: ${shares.join(', ')}`);
  }
  return done;
}

/** For people. */
export function againstTable({ here, there, machine, versions, results, tookSeconds }: AgainstReport): string {
  return [
    machineLine(machine),
    versionsLine(versions),
    `here   ${here.commit}  ${here.folder}`,
    `there  ${there.commit}  ${there.folder}`,
    `in ${tookSeconds} s; share: how many times as good as there, the median of the pairs; ≥ ${LEAST_SHARE} is kept`,
    '',
    textTable(HEAD, results.map(rowOf), { from: 2, to: 7 }),
  ].join('\n');
}

function verdictOf(isKept: boolean | null): string {
  if (isKept === null) return '';
  return isKept ? 'kept' : 'lost';
}

const HEAD = ['case', 'metric', 'here', 'there', 'share', 'spread', 'pairs', `≥ ${LEAST_SHARE}`] as const;

function rowOf({ case: name, metric, here, there, share, spread, pairs, isKept }: BuildComparison): readonly string[] {
  const range = spread === null ? '' : `${short(spread[0])} to ${short(spread[1])}`;
  return [name, metric, short(here), short(there), short(share), range, String(pairs), verdictOf(isKept)];
}

export interface Build {
  readonly folder: string;
  /** Of what is checked out there, `+` behind it where files were changed since; `unknown` without Git. */
  readonly commit: string;
  /** Where the entries of its processes under test are. */
  readonly entries: URL;
}

/** The build that this file is of. */
export async function thisBuild(): Promise<Build> {
  return buildIn(dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url))))));
}

/** @throws RangeError where there is no build of Acktor. */
export async function buildIn(named: string): Promise<Build> {
  const folder = resolve(named);
  const entries = join(folder, 'bench/dist/subjects/');
  for (const file of [join(entries, 'acktor.js'), join(folder, 'packages/worker/dist/index.js')]) {
    if (!existsSync(file))
      throw new RangeError(
        `expected --against to be the folder of a clone of Acktor that is built, got ${folder}, which has no ${file.slice(folder.length + 1)}: ` +
          'run `npm run build` there (git worktree add ../before HEAD~1 makes such a folder)',
      );
  }
  return { folder, commit: await commitIn(folder), entries: pathToFileURL(entries) };
}

async function commitIn(folder: string): Promise<string> {
  try {
    const git = async (...args: string[]) => (await run('git', ['-C', folder, ...args])).stdout.trim();
    const changed = await git('status', '--porcelain', '--untracked-files=no');
    return `${await git('rev-parse', '--short', 'HEAD')}${changed === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}

const run = promisify(execFile);
