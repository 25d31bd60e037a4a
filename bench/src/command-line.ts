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
      report: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const unexpected = values.report ? undefined : positionals[0];
  if (unexpected !== undefined) throw new TypeError(`expected options, got "${unexpected}"; cases are named by --case`);
  return {
    cases: values.case.flatMap((names) => names.split(',')).filter((name) => name !== ''),
    rounds: roundsOf(values.rounds, values.quick),
    isQuick: values.quick,
    isJson: values.json,
    isHelp: values.help,
    profileFolder: values.profile,
    isReport: values.report,
    resultsFiles: positionals,
  };
}

function roundsOf(text: string | undefined, isQuick: boolean): number {
  if (text === undefined) return isQuick ? QUICK_ROUNDS : ROUNDS;
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= 1_000) return rounds;
  throw new RangeError(`expected --rounds to be a whole number from 1 to 1,000, got ${text}`);
}

const ROUNDS = 5;
const QUICK_ROUNDS = 2;
