// A page of `acktor top`: the fleet in as many lines as the terminal has.
import type { ConsumerReport, WorkerReport } from '@acktor/core/engine';
import { table, type Column } from '../output/table.js';
import { duration } from '../output/durations.js';
import { firstLine, joined, say, type Piece, type Printable } from '../output/printable.js';
import { colours, counted } from '../output/output.js';
import type { FleetPicture, SeenWorker, QueueRate } from './fleet-picture.js';

/** What the list of consumers is sorted by. */
export type TopSort = 'time in state' | 'worker' | 'queue';
export const topSorts: readonly TopSort[] = ['time in state', 'worker', 'queue'];

export interface TopPageOptions {
  readonly sort: TopSort;
  readonly isPaused: boolean;
  /** How many lines there is room for. */
  readonly lines: number;
  readonly nowMs: number;
}

/** Ends with a newline. */
export function topPage(picture: FleetPicture, options: TopPageOptions): Printable {
  const workers = picture.workers();
  if (workers.length === 0)
    return say`${summary(workers, picture, options)}\nno worker answers; start one: acktor work <files>\n`;
  const head = [
    summary(workers, picture, options),
    table(QUEUE_COLUMNS, queueLines(workers, picture.rates()), STYLE),
    table(WORKER_COLUMNS, workers, STYLE),
  ];
  const room = options.lines - joined(head, '\n').toString().split('\n').length - 2;
  const consumers = heldBy(workers).toSorted(ORDERS[options.sort]).slice(0, Math.max(0, room));
  const held = consumers.length > 0 ? [table(heldColumns(options.nowMs), consumers, STYLE)] : [];
  return joined([...head, ...held], '\n');
}

function summary(
  workers: readonly SeenWorker[],
  { isAway }: FleetPicture,
  { isPaused, sort }: TopPageOptions,
): Printable {
  const here = workers.filter(({ gone }) => gone === undefined).map(({ report }) => report);
  const consumers = here.flatMap((report) => report.consumers);
  const parts = [
    counted(new Set(here.map(({ host }) => host)).size, 'host'),
    counted(here.length, 'process', 'processes'),
    counted(consumers.length, 'consumer'),
    ...statesOf(consumers),
  ];
  const notes = [
    ...(isAway ? [colours.red('the server is away')] : []),
    ...(isPaused ? [colours.yellow('paused')] : []),
    colours.dim(say`sorted by ${sort}`),
  ];
  return say`${joined(parts, ' · ')}   ${joined(notes, ' · ')}\n`;
}

function statesOf(consumers: readonly ConsumerReport[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { state } of consumers) {
    const [outer = state] = state.split('.');
    counts.set(outer, (counts.get(outer) ?? 0) + 1);
  }
  return [...counts].toSorted(([one], [other]) => one.localeCompare(other, 'en')).map(([state, n]) => `${n} ${state}`);
}

interface QueueLine extends QueueRate {
  readonly queue: string;
  readonly consumers: number;
  readonly busy: number;
  readonly redelivered: number;
  readonly leasesLost: number;
}

function queueLines(workers: readonly SeenWorker[], rates: ReadonlyMap<string, QueueRate>): readonly QueueLine[] {
  const here = workers.filter(({ gone }) => gone === undefined).map(({ report }) => report);
  const totals = here.flatMap((report) => report.totals);
  return [...new Set(totals.map(({ queue }) => queue))].toSorted().map((queue) => {
    const consumers = here.flatMap((report) => report.consumers).filter((each) => each.queue === queue);
    const own = totals.filter((each) => each.queue === queue);
    return {
      queue,
      ...(rates.get(queue) ?? NO_RATE),
      consumers: consumers.length,
      busy: consumers.filter(({ held }) => held).length,
      redelivered: own.reduce((sum, { redelivered }) => sum + redelivered, 0),
      leasesLost: own.reduce((sum, { leasesLost }) => sum + leasesLost, 0),
    };
  });
}

const NO_RATE: QueueRate = { ackedPerSecond: 0, rejectedPerSecond: 0 };

const STYLE = { head: colours.dim };

const QUEUE_COLUMNS: readonly Column<QueueLine>[] = [
  { head: 'queue', cell: ({ queue }) => firstLine(queue) },
  { head: 'consumers', cell: ({ consumers }) => String(consumers), isNumber: true },
  { head: 'busy', cell: ({ busy }) => String(busy), isNumber: true },
  { head: 'acked/s', cell: ({ ackedPerSecond }) => ackedPerSecond.toFixed(1), isNumber: true },
  { head: 'rejected/s', cell: ({ rejectedPerSecond }) => rejectedPerSecond.toFixed(1), isNumber: true },
  { head: 'redelivered', cell: ({ redelivered }) => String(redelivered), isNumber: true },
  { head: 'leases lost', cell: ({ leasesLost }) => String(leasesLost), isNumber: true },
];

const WORKER_COLUMNS: readonly Column<SeenWorker>[] = [
  { head: 'host', cell: ({ report }) => firstLine(report.host) },
  { head: 'pid', cell: ({ report }) => String(report.pid), isNumber: true },
  { head: 'state', cell: stateOf },
  { head: 'busy', cell: ({ report }) => busyOf(report), isNumber: true },
  { head: 'lag p99', cell: ({ report }) => lagOf(report), isNumber: true },
  { head: 'memory', cell: ({ report }) => `${(report.residentBytes / 1_048_576).toFixed(0)} MiB`, isNumber: true },
];

function stateOf({ report, gone }: SeenWorker): Piece {
  if (gone === undefined) return firstLine(report.state);
  return gone === 'died' ? colours.magenta('died') : colours.dim('left');
}

function busyOf({ consumers }: WorkerReport): string {
  return `${consumers.filter(({ held }) => held).length} of ${consumers.length}`;
}

function lagOf({ eventLoop: { blockedForMs, lagP99Ms } }: WorkerReport): Piece {
  return blockedForMs > 0 ? colours.red(`blocked ${duration(blockedForMs)}`) : duration(lagP99Ms);
}

interface HeldLine extends ConsumerReport {
  readonly worker: string;
}

function heldBy(workers: readonly SeenWorker[]): readonly HeldLine[] {
  return workers.flatMap(({ report: { host, pid, consumers } }) =>
    consumers.filter(({ held }) => held).map((consumer) => ({ ...consumer, worker: `${host} ${pid}` })),
  );
}

const ORDERS: Readonly<Record<TopSort, (one: HeldLine, other: HeldLine) => number>> = {
  'time in state': (one, other) => one.inStateSinceMs - other.inStateSinceMs,
  worker: (one, other) => one.worker.localeCompare(other.worker, 'en'),
  queue: (one, other) => one.consumer.localeCompare(other.consumer, 'en'),
};

function heldColumns(nowMs: number): readonly Column<HeldLine>[] {
  return [
    { head: 'consumer', cell: ({ consumer }) => firstLine(consumer) },
    { head: 'worker', cell: ({ worker }) => firstLine(worker) },
    { head: 'state', cell: ({ state }) => firstLine(state) },
    { head: 'for', cell: ({ inStateSinceMs }) => duration(nowMs - inStateSinceMs), isNumber: true },
    { head: 'job', cell: ({ held }) => firstLine(held?.jobName) },
    { head: 'id', cell: ({ held }) => firstLine(held?.jobId) },
    { head: 'attempt', cell: ({ held }) => String(held?.attempt ?? ''), isNumber: true },
  ];
}
