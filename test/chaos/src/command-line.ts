// The arguments of `npm run chaos`, its help, and the scenarios that they choose.
import { parseArgs } from 'node:util';
import type { Extent } from './trial/trial.js';
import { scenarios } from './scenarios/scenarios.js';
import type { Scenario } from './scenarios/scenario.js';

export interface ChaosArguments {
  readonly extent: Extent;
  /** Numbers of scenarios; none for all of the extent. */
  readonly only: readonly number[];
  /** Which part of them is run here, where several run side by side. */
  readonly shard: Shard;
  readonly seed: number;
  readonly isJson: boolean;
  /** A file for the results, kept up to date while it runs. */
  readonly out: string | undefined;
  /** Whether anything is run, or the results in `files` are shown as one, or written into the documentation. */
  readonly purpose: 'run' | 'merge' | 'report';
  /** Results of earlier runs. */
  readonly files: readonly string[];
  readonly isHelp: boolean;
}

/** Every `of`-th scenario, from the `part`-th on; counted from 1. */
export interface Shard {
  readonly part: number;
  readonly of: number;
}

/** @throws TypeError or RangeError that says what was expected. */
export function readArguments(args: readonly string[]): ChaosArguments {
  const { values, positionals: files } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const extent = oneOf(values, ['quick', 'all']) ?? 'usual';
  const purpose = oneOf(values, ['merge', 'report']) ?? 'run';
  if ((purpose === 'run') !== (files.length === 0))
    throw new RangeError(`expected files of results after --merge or --report and nowhere else, got ${files.length}`);
  return {
    extent,
    purpose,
    files,
    only: values.only.flatMap((list) => list.split(',')).map((text) => whole('--only', text)),
    shard: shardOf(values.shard),
    seed: values.seed === undefined ? Date.now() % 1_000_000 : whole('--seed', values.seed),
    isJson: values.json,
    out: values.out,
    isHelp: values.help,
  };
}

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  only: { type: 'string', multiple: true, default: [] as string[] },
  shard: { type: 'string', default: '1/1' },
  seed: { type: 'string' },
  json: { type: 'boolean', default: false },
  out: { type: 'string' },
  merge: { type: 'boolean', default: false },
  report: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

function oneOf<Name extends string>(values: Readonly<Record<Name, boolean>>, names: readonly Name[]): Name | undefined {
  const given = names.filter((name) => values[name]);
  if (given.length > 1)
    throw new RangeError(`expected ${names.map((name) => `--${name}`).join(' or ')}, got ${given.length} of them`);
  return given[0];
}

function shardOf(text: string): Shard {
  const [part, of, ...rest] = text.split('/').map((number) => whole('--shard', number));
  if (part !== undefined && of !== undefined && rest.length === 0 && part >= 1 && part <= of) return { part, of };
  throw new RangeError(`expected --shard to be given as 1/3, 2/3 or 3/3 are, got "${text}"`);
}

function whole(option: string, text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isInteger(number) && number >= 0 && number <= MOST) return number;
  throw new RangeError(`expected ${option} to be given whole numbers from 0 to ${MOST}, got "${text}"`);
}

const MOST = 2_147_483_647;

export function helpText(): string {
  return `npm run chaos -- [options]

Injects faults into real worker processes, a real Redis and the wire between them, and checks from a ledger outside of
Redis that no job was lost, held twice, delivered again without cause, put out of order or left behind. Every scenario is
run again with its defence switched off: a checker that does not notice that proves nothing.

  --quick          reduced counts: within eight minutes on two cores
  --all            every scenario at its full count: an hour, and half of one more for the soak
  --only 1,4       only these scenarios
  --shard 1/2      every second scenario, from the first on: for parts that run side by side
  --seed n         replays the schedule of faults of the run that printed this seed
  --json           one JSON object on standard output, and nothing else there
  --out file       the same object in a file, kept up to date while it runs
  --merge file…    runs nothing: one table out of such files; of two results of a scenario the later file's
  --report file…   the same, into docs/reliability.md
  --help           this text

Scenarios (faults at --quick, by default, at --all; * only at --all, or by --only)
${scenarios.map(({ number, about, runs, isLong }) => `  ${String(number).padStart(2)}${isLong ? '*' : ' '} ${about} (${Object.values(runs).join(', ')})`).join('\n')}
`;
}

/** @throws RangeError when a number is no scenario's. */
export function chosen({ extent, only, shard: { part, of } }: ChaosArguments): readonly Scenario[] {
  const unknown = only.filter((number) => !scenarios.some((scenario) => scenario.number === number));
  if (unknown.length > 0)
    throw new RangeError(`expected numbers of scenarios (--help lists them), got ${unknown.join(', ')}`);
  const isWanted = ({ number, isLong = false }: Scenario) =>
    only.length > 0 ? only.includes(number) : extent === 'all' || !isLong;
  return scenarios.filter(isWanted).filter((_, at) => at % of === part - 1);
}
