// What `npm run bench -- --help` says.
import { AGAINST_CASES } from './against/against.js';
import { cases } from './cases/cases.js';
import { metrics } from './measuring/metric.js';

export function helpText(): string {
  return `npm run bench -- [options]

Compares Acktor with its peers in one go: each round runs Acktor and then each peer, every run in a fresh process, on
private servers: one Redis with an append-only file (fsync each second), and one RabbitMQ where there is one or Debian's
can be unpacked. Medians, and the spread of the ratios, are told at the end. Forty minutes on two cores.

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
