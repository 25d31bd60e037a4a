// `acktor workers`: all worker processes, wherever they run, and what they hold.
import { connectFleet, type ConsumerReport, type WorkerReport } from '@acktor/core/engine';
import type { Command } from 'commander';
import { table, type Column } from '../output/table.js';
import { operatorCommand, operatorOptions, withOperatorFlags, type OperatorFlags } from './operator-command.js';
import { duration } from '../output/durations.js';
import { firstLine, joined, say, type Piece, type Printable } from '../output/printable.js';
import { colours, counted, print } from '../output/output.js';

/** The command, ready to be added to a program. */
export function workersCommand(): Command {
  const command = operatorCommand('workers', 'show worker processes, their consumers and what they hold')
    .description(
      'Asks all worker processes, wherever they run, what they do. One whose main thread is blocked answers, too, and says for ' +
        'how long.',
    )
    .option('-a, --all', 'list all that is held, not only what is held for longest');
  return withOperatorFlags(command)
    .addHelpText('after', EXPLANATION)
    .action((flags: WorkersFlags) => workers(flags));
}

interface WorkersFlags extends OperatorFlags {
  readonly all?: boolean;
}

async function workers(flags: WorkersFlags): Promise<void> {
  await using fleet = await connectFleet(await operatorOptions(flags));
  const reports = (await fleet.workers()).toSorted(byPlace);
  print(flags.json, { json: { atMs: Date.now(), workers: reports }, text: () => page(reports, flags) });
}

function byPlace(one: WorkerReport, other: WorkerReport): number {
  return one.host.localeCompare(other.host, 'en') || one.pid - other.pid;
}

function page(reports: readonly WorkerReport[], { all }: WorkersFlags): Printable {
  if (reports.length === 0) return say`no worker answers; start one: acktor work <files>\n`;
  const held = reports.flatMap(heldBy).toSorted((one, other) => other.heldForMs - one.heldForMs);
  const shown = all ? held : held.slice(0, MOST_HELD);
  const more = held.length - shown.length;
  const rest = more > 0 ? say`and ${counted(more, 'more job')}: --all lists them\n` : '';
  const longest = shown.length === 0 ? '' : say`\n${table(HELD_COLUMNS, shown, { head: colours.dim })}${rest}`;
  return joined([table(COLUMNS, reports, { head: colours.dim }), longest]);
}

const COLUMNS: readonly Column<WorkerReport>[] = [
  { head: 'worker', cell: ({ workerId }) => workerId },
  { head: 'host', cell: ({ host }) => firstLine(host) },
  { head: 'pid', cell: ({ pid }) => String(pid), isNumber: true },
  { head: 'state', cell: ({ state }) => state },
  { head: 'up', cell: ({ startedAtMs, atMs }) => duration(atMs - startedAtMs), isNumber: true },
  { head: 'lag', cell: lagOf, isNumber: true },
  { head: 'memory', cell: ({ residentBytes }) => `${(residentBytes / 1_048_576).toFixed(0)} MiB`, isNumber: true },
  { head: 'consumers', cell: consumersOf },
];

function lagOf({ eventLoop: { blockedForMs, lagP99Ms } }: WorkerReport): Piece {
  return blockedForMs > 0 ? colours.red(`blocked ${duration(blockedForMs)}`) : duration(lagP99Ms);
}

/** Such as `payments 3 idle, 1 processing; mails 2 idle`. */
function consumersOf({ consumers }: WorkerReport): string {
  const queues = [...new Set(consumers.map(({ queue }) => queue))];
  return queues.map((queue) => `${queue} ${statesOf(consumers.filter((each) => each.queue === queue))}`).join('; ');
}

function statesOf(consumers: readonly ConsumerReport[]): string {
  const counts = new Map<string, number>();
  for (const { state } of consumers) {
    const [outer = state] = state.split('.');
    counts.set(outer, (counts.get(outer) ?? 0) + 1);
  }
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
}

interface HeldJob {
  readonly workerId: string;
  readonly consumer: ConsumerReport;
  readonly job: NonNullable<ConsumerReport['held']>;
  readonly heldForMs: number;
}

function heldBy({ workerId, consumers, atMs }: WorkerReport): readonly HeldJob[] {
  return consumers.flatMap((consumer) => {
    const job = consumer.held;
    return job === undefined ? [] : [{ workerId, consumer, job, heldForMs: atMs - job.heldSinceMs }];
  });
}

const HELD_COLUMNS: readonly Column<HeldJob>[] = [
  { head: 'held for', cell: ({ heldForMs }) => duration(heldForMs), isNumber: true },
  { head: 'queue', cell: ({ consumer }) => consumer.queue },
  { head: 'job', cell: ({ job }) => firstLine(job.jobName) },
  { head: 'id', cell: ({ job }) => job.jobId },
  { head: 'attempt', cell: ({ job }) => String(job.attempt), isNumber: true },
  { head: 'state', cell: ({ consumer }) => consumer.state },
  { head: 'worker', cell: ({ workerId }) => workerId },
];

const MOST_HELD = 20;

const EXPLANATION = `
What the columns say:
  lag        how late the process's timers are, at worst but for one in a hundred, or for how long its main thread is blocked
  consumers  how many of each queue are in which state of the chart
Below them: what is held, the longest first.

JSON: { "atMs", "workers": [{ "workerId", "host", "pid", "version", "startedAtMs", "atMs", "state", "consumers": [{ "consumer",
  "queue", "state", "inStateSinceMs", "held": { "jobId", "jobName", "attempt", "heldSinceMs" } }], "totals": [{ "queue", "acked",
  "retried", "requeued", "deadLettered", "leasesLost", "redelivered" }], "eventLoop": { "lagP50Ms", "lagP99Ms", "lagMaxMs",
  "blockedForMs" }, "residentBytes", "machineIds" }] }
Times are milliseconds since the epoch, by the worker's clock.

Exit codes: 0 listed (also when there are none), 1 failed, 2 wrong usage, 4 no server.

Examples:
  acktor workers
  acktor workers --json | jq '[.workers[].consumers[] | select(.held)] | length'`;
