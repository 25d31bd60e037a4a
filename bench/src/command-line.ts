// The arguments of `npm run bench`.
import { parseArgs } from 'node:util';

export interface BenchArguments {
  /** Names of cases; none for all. */
  readonly cases: readonly string[];
  readonly rounds: number;
  readonly isQuick: boolean;
  readonly isJson: boolean;
  readonly isHelp: boolean;
  readonly profileFolder: string | undefined;
  /** Whether to write the page from results, and measure nothing. */
  readonly isReport: boolean;
  /** Which results, one file or several of different cases; those of the last bench without. */
  readonly resultsFiles: readonly string[];
  /** The folder of another build to compare this one with, in place of the peers. */
  readonly against: string | undefined;
  readonly pairs: number;
}

/** @throws TypeError or RangeError that says what was expected. */
export function readArguments(args: readonly string[]): BenchArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      case: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      profile: { type: 'string' },
      against: { type: 'string' },
      pairs: { type: 'string' },
      report: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const unexpected = values.report ? undefined : positionals[0];
  if (unexpected !== undefined) throw new TypeError(`expected options, got "${unexpected}"; cases are named by --case`);
  return {
    cases: values.case.flatMap((names) => names.split(',')).filter((name) => name !== ''),
    rounds: countOf('--rounds', values.rounds, values.quick ? QUICK_ROUNDS : ROUNDS),
    isQuick: values.quick,
    isJson: values.json,
    isHelp: values.help,
    profileFolder: values.profile,
    isReport: values.report,
    resultsFiles: positionals,
    against: values.against,
    pairs: countOf('--pairs', values.pairs, values.quick ? QUICK_PAIRS : PAIRS),
  };
}

function countOf(option: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 1_000) return count;
  throw new RangeError(`expected ${option} to be a whole number from 1 to 1,000, got ${text}`);
}

const ROUNDS = 5;
const QUICK_ROUNDS = 2;
const PAIRS = 9;
const QUICK_PAIRS = 2;
