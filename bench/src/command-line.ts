// The arguments of `npm run bench`, and its help.
import { parseArgs } from 'node:util';
import { AGAINST_CASES } from './against/against.js';
import { cases } from './cases/cases.js';
import { metrics } from './measuring/metric.js';

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

export function helpText(): string {
  return `npm run bench -- [options]

Compares Acktor with its peers in one go: each round runs Acktor and then each peer, every run in a fresh process, on
private servers: one Redis with an append-only file (fsync each second), and one RabbitMQ where there is one or Debian's
can be unpacked. It prints medians, and the spread of the ratios, at the end. Forty minutes on two cores.

  --case a,b      only these cases; roads for all that begin so
  --rounds n      so many rounds instead of 5 (2 with --quick); some cases need fewer
  --quick         fewer jobs, rounds, peers and cases: within three minutes
  --json          one JSON object on standard output, and nothing else there
  --profile dir   write a processor profile of each process under test (their figures suffer)
  --report [file…] write docs/performance.md and its charts from the last results, or those of files; measures nothing
  --against dir   another built clone of Acktor in place of the peers: pairs of runs of this build and of that one, whose own
                  processes are put under test; says how many times as good this one is, and whether it is at least 0.97.
                  Without --case: ${AGAINST_CASES.join(', ')}
  --pairs n       so many of these pairs instead of 9 (2 with --quick)
  --help          this text

Cases
${lines(cases.map(({ name, about }) => [name, about]))}

Metrics
${lines(Object.entries(metrics))}
`;
}

function lines(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, about]) => `  ${name.padEnd(width)}  ${about}`).join('\n');
}
