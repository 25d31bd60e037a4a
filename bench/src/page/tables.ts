// The tables of the page: what bounds each subject, by whose processor time is used up first.
import type { Comparison } from '../measuring/comparison.js';
import type { Metric } from '../measuring/metric.js';
import { short, type BenchReport } from '../report/report.js';

interface Use {
  readonly case: string;
  readonly who: string;
  readonly jobsPerSecond: number;
  /** Cores that were busy with it, on the mean. */
  readonly workers: number;
  readonly server: number;
}

/** A table of how many cores Acktor and each peer keep busy; undefined when the results do not say. */
export function boundsTable({ results, machine }: BenchReport): string | undefined {
  const uses = CASES.flatMap((name) => usesIn(name, results));
  if (uses.length === 0) return undefined;
  const rows = uses.map((use) => [
    use.case,
    use.who,
    short(use.jobsPerSecond),
    use.workers.toFixed(2),
    use.server.toFixed(2),
    boundOf(use, machine.cores),
  ]);
  return markdownTable(['case', 'who', 'jobs/s', 'cores, workers', 'cores, server', 'what bounds it'], rows);
}

const CASES = ['noop-1', 'noop-50', 'processes-1', 'processes-4', 'queues-4'];

function usesIn(name: string, results: readonly Comparison[]): readonly Use[] {
  const lines = results.filter((line) => line.case === name);
  const peers = [...new Set(lines.flatMap(({ peer }) => peer ?? []))];
  return [undefined, ...peers].flatMap((peer) => useOf(name, lines, peer) ?? []);
}

function useOf(name: string, lines: readonly Comparison[], peer: string | undefined): Use | undefined {
  const valueOf = (metric: Metric) => {
    const line = lines.find((one) => one.metric === metric && (peer === undefined || one.peer === peer));
    return (peer === undefined ? line?.acktor : line?.peerValue) ?? Number.NaN;
  };
  const jobsPerSecond = valueOf('jobs_per_s');
  const workers = (valueOf('cpu_us_per_job') * jobsPerSecond) / 1_000_000;
  const server = (valueOf('server_cpu_us_per_job') * jobsPerSecond) / 1_000_000;
  if (Number.isNaN(workers + server)) return undefined;
  return { case: name, who: peer ?? 'acktor', jobsPerSecond, workers, server };
}

/** Nine tenths of a core is all of it: the rest is what the two wait for each other. */
function boundOf({ case: name, workers, server, who }: Use, cores: number): string {
  if (workers + server >= FULL * cores) return `all ${cores} cores of the machine`;
  if (who !== 'rabbitmq' && server >= FULL) return "Redis' one core";
  if (!SEVERAL_PROCESSES.has(name) && workers >= FULL) return "the worker's one thread";
  return 'the way to and fro, or what else the machine did';
}

const FULL = 0.9;
const SEVERAL_PROCESSES = new Set(['processes-4', 'queues-4']);

/** The first column's cells to the left, as all that are not numbers; numbers to the right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const isNumeric = head.map((_, column) => rows.some((row) => /^[\d.,]+$/.test(row[column] ?? '')));
  const rule = isNumeric.map((numeric) => (numeric ? '--:' : '---'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
