// What the signals of a supervisor's process mean.
import type { GuardedLog } from '@acktor/core/internal';
import type { ConsumerState } from '@acktor/worker';
import type { WorkerView } from './worker-process.js';
import { joined, say, type Printable } from '../output/printable.js';
import { table, type Column } from '../output/table.js';

/** What the signals act on: a supervisor. */
export interface SignalTarget {
  close(): Promise<unknown>;
  stopped(): Promise<unknown>;
  end(): void;
  replace(): void;
  states(): Promise<readonly WorkerView[]>;
}

/**
 * SIGTERM and SIGINT drain, a second one ends at once; SIGHUP replaces the workers one by one; SIGUSR2 prints what every
 * consumer does, on standard output. Listens until the supervisor has stopped.
 */
export function obeySignals(supervisor: SignalTarget, log: GuardedLog): void {
  let isStopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (isStopping) return supervisor.end();
    isStopping = true;
    log.info({ signal }, 'draining; a second signal ends the workers at once');
    void supervisor.close();
  };
  const obeyed: readonly (readonly [NodeJS.Signals, (signal: NodeJS.Signals) => void])[] = [
    ['SIGTERM', stop],
    ['SIGINT', stop],
    ['SIGHUP', () => supervisor.replace()],
    ['SIGUSR2', () => void supervisor.states().then((views) => process.stdout.write(statesTable(views).toString()))],
  ];
  for (const [signal, obey] of obeyed) process.on(signal, obey);
  void supervisor.stopped().then(() => {
    for (const [signal, obey] of obeyed) process.off(signal, obey);
  });
}

/** A paragraph for each worker, a line for each of its consumers. */
export function statesTable(views: readonly WorkerView[]): Printable {
  if (views.length === 0) return say`no workers\n`;
  return joined(
    views.map((view) => say`${heading(view)}\n${body(view)}`),
    '\n',
  );
}

function heading({ number, pid, workerId, state }: WorkerView): Printable {
  return say`worker ${number}  pid ${pid ?? '-'}  ${workerId ?? '-'}  ${state}`;
}

function body({ consumers }: WorkerView): Printable {
  if (consumers === undefined) return say`  does not answer: its main thread may be blocked\n`;
  if (consumers.length === 0) return say`  no consumers yet\n`;
  return table(COLUMNS, consumers, { indent: '  ' });
}

const COLUMNS: readonly Column<ConsumerState>[] = [
  { head: 'consumer', cell: ({ consumer }) => consumer },
  { head: 'queue', cell: ({ queue }) => queue },
  { head: 'state', cell: ({ state }) => state },
  { head: 'job', cell: ({ jobId, stuck }) => jobId ?? stuck?.jobId ?? '-' },
  { head: 'for', cell: ({ heldForMs, stuck }) => inSeconds(heldForMs ?? stuck?.forMs) },
];

function inSeconds(ms: number | undefined): string {
  return ms === undefined ? '-' : `${(ms / 1_000).toFixed(1)} s`;
}
