// The lines of the swimlane: one for each consumer, or for each process or host where there would be too many to read.
import type { FleetModel } from '../live/fleet-model.js';
import type { LiveConsumer } from '../live/live-consumer.js';
import type { LiveProcess } from '../live/live-process.js';
import { heldForMs, isStuck } from '../live/stuck.js';
import { isSelected, isWithin, type Selection } from '../selection/selection.js';

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
  readonly workers: readonly LiveProcess[];
  readonly consumers: number;
  readonly stuck: number;
  readonly isOpen: boolean;
}

export interface LaneWishes {
  readonly selection: Selection;
  /** `stuck`: those first that hold a delivery for far too long, the longest on top. `place`: by host, process and name. */
  readonly order: 'stuck' | 'place';
  /** The keys of the groups that are open. */
  readonly open: ReadonlySet<string>;
}

const mostConsumers = 200;
const mostProcesses = 60;

const byName = new Intl.Collator('en', { numeric: true }).compare;

export function laneRows(fleet: FleetModel, wishes: LaneWishes): readonly LaneRow[] {
  const { selection } = wishes;
  const chosen = [...fleet.consumers()].filter(
    (consumer) =>
      isSelected(consumer, selection) && (selection.state === undefined || isWithin(consumer.state, selection.state)),
  );
  const rows = chosen.map((consumer) => consumerRow(consumer, fleet));
  if (rows.length <= mostConsumers) return ordered(rows, wishes, fleet.nowMs());
  const processes = groupsOf(rows, 'process', wishes.open);
  if (processes.length <= mostProcesses) return processes.flatMap((group) => opened(group, rows, wishes));
  return groupsOf(rows, 'host', wishes.open).flatMap((host) =>
    host.isOpen
      ? [host, ...processes.filter((group) => isOn(group, host)).flatMap((group) => opened(group, rows, wishes))]
      : [host],
  );

  function opened(group: GroupRow, all: readonly ConsumerRow[], asked: LaneWishes): readonly LaneRow[] {
    if (!group.isOpen) return [group];
    const own = all.filter(({ consumer }) => group.workers.includes(consumer.worker));
    return [group, ...ordered(own, asked, fleet.nowMs())];
  }
}

function consumerRow(consumer: LiveConsumer, fleet: FleetModel): ConsumerRow {
  const { key } = consumer;
  return { kind: 'consumer', key, consumer, isStuck: isStuck(consumer, fleet.usual, fleet.nowMs()) };
}

function ordered(rows: readonly ConsumerRow[], { order }: LaneWishes, nowMs: number): readonly ConsumerRow[] {
  const heldMs = ({ consumer, isStuck: isFirst }: ConsumerRow) =>
    order === 'stuck' && isFirst ? (heldForMs(consumer, nowMs) ?? 0) : 0;
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
