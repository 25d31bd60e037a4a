// The rows of the swimlanes: one for each consumer, or for each process or host where there would be too many to read.
import type { LiveFleet } from '../live/live-fleet.js';
import type { LiveConsumer, LiveWorker } from '../live/live-worker.js';
import { isSelected, isWithin, type Selection } from '../route/selection.js';
import type { LaneOptions } from './lane-options.js';

export type LaneRow = ConsumerRow | GroupRow;

export interface ConsumerRow {
  readonly kind: 'consumer';
  readonly key: string;
  readonly consumer: LiveConsumer;
  readonly isStuck: boolean;
}

export interface GroupRow {
  readonly kind: 'process' | 'host';
  readonly key: string;
  readonly name: string;
  readonly workers: readonly LiveWorker[];
  readonly consumers: number;
  readonly stuck: number;
  readonly isOpen: boolean;
}

export interface RowOptions extends Pick<LaneOptions, 'order'> {
  readonly selection: Selection;
  /** The keys of the groups that are open. */
  readonly open: ReadonlySet<string>;
}

const mostConsumers = 200;
const mostProcesses = 60;

const byName = new Intl.Collator('en', { numeric: true }).compare;

export function laneRows(fleet: LiveFleet, options: RowOptions): readonly LaneRow[] {
  const { selection } = options;
  const chosen = [...fleet.consumers()].filter(
    (consumer) =>
      isSelected(consumer, selection) && (selection.state === undefined || isWithin(consumer.state, selection.state)),
  );
  const rows = chosen.map((consumer) => consumerRow(consumer, fleet));
  if (rows.length <= mostConsumers) return ordered(rows, options, fleet.nowMs());
  const processes = groupsOf(rows, 'process', options.open);
  if (processes.length <= mostProcesses) return processes.flatMap((group) => opened(group, rows));
  return groupsOf(rows, 'host', options.open).flatMap((host) =>
    host.isOpen
      ? [host, ...processes.filter((group) => isOn(group, host)).flatMap((group) => opened(group, rows))]
      : [host],
  );

  function opened(group: GroupRow, all: readonly ConsumerRow[]): readonly LaneRow[] {
    if (!group.isOpen) return [group];
    const own = all.filter(({ consumer }) => group.workers.includes(consumer.worker));
    return [group, ...ordered(own, options, fleet.nowMs())];
  }
}

function consumerRow(consumer: LiveConsumer, fleet: LiveFleet): ConsumerRow {
  const { key } = consumer;
  return { kind: 'consumer', key, consumer, isStuck: consumer.isStuck(fleet.usual, fleet.nowMs()) };
}

function ordered(rows: readonly ConsumerRow[], { order }: RowOptions, nowMs: number): readonly ConsumerRow[] {
  const heldMs = ({ consumer, isStuck: isFirst }: ConsumerRow) =>
    order === 'stuck' && isFirst ? (consumer.heldForMs(nowMs) ?? 0) : 0;
  return rows.toSorted(
    (left, right) =>
      heldMs(right) - heldMs(left) ||
      byName(left.consumer.worker.name, right.consumer.worker.name) ||
      byName(left.consumer.report.consumer, right.consumer.report.consumer),
  );
}

function groupsOf(
  rows: readonly ConsumerRow[],
  kind: GroupRow['kind'],
  open: ReadonlySet<string>,
): readonly GroupRow[] {
  const groups = new Map<string, ConsumerRow[]>();
  for (const row of rows) {
    const { worker } = row.consumer;
    const key = kind === 'host' ? worker.report.host : worker.id;
    const members = groups.get(key) ?? [];
    groups.set(key, members);
    members.push(row);
  }
  return [...groups]
    .map(([key, members]) => groupRow(key, kind, { members, isOpen: open.has(key) }))
    .toSorted((left, right) => byName(left.name, right.name));
}

interface GroupFacts {
  readonly members: readonly ConsumerRow[];
  readonly isOpen: boolean;
}

function groupRow(key: string, kind: GroupRow['kind'], { members, isOpen }: GroupFacts): GroupRow {
  const workers = [...new Set(members.map(({ consumer }) => consumer.worker))];
  return {
    kind,
    key,
    name: kind === 'host' ? key : (workers[0]?.name ?? key),
    workers,
    consumers: members.length,
    stuck: members.filter((row) => row.isStuck).length,
    isOpen,
  };
}

const isOn = (process: GroupRow, host: GroupRow) => process.workers.some((worker) => host.workers.includes(worker));
