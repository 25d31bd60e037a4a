// What workers and their consumers do, as a table for a terminal.
import type { ConsumerState } from '@acktor/worker';
import { joined, say, type Printable } from '../output/printable.js';
import { table, type Column } from '../output/table.js';
import type { WorkerView } from './worker-process.js';

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
