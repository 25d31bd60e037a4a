// The rows of the swimlanes as a list for the keyboard and for screen readers: arrow keys move along it, Enter opens a row.
import { useId, type KeyboardEvent, type RefObject } from 'react';
import { duration, plural } from '../figures/format.js';
import { liveStore } from '../live/store.js';
import type { LaneRow } from './lane-rows.js';
import { axisHeight, rowHeightAt } from './lane-view.js';

interface LaneListProps {
  readonly rows: readonly LaneRow[];
  readonly active: string | undefined;
  readonly onActive: (key: string | undefined) => void;
  readonly onChoose: (row: LaneRow | undefined) => void;
  /** The element that scrolls. */
  readonly frame: RefObject<HTMLElement | null>;
}

/** How many rows around the active one are in the document: a thousand that change ten times a second would be too many. */
const around = 40;

export function LaneList({ rows, active, onActive, onChoose, frame }: LaneListProps) {
  const id = useId();
  const found = rows.findIndex(({ key }) => key === active);
  const first = Math.max(0, found - around);
  const onKeyDown = (event: KeyboardEvent) => {
    const target = targetOf(event.key, found, rows.length);
    if (target === undefined && event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    if (target === undefined) return onChoose(rows[found]);
    onActive(rows[target]?.key);
    if (frame.current !== null) reveal(frame.current, target);
  };
  return (
    <div
      className="lane-list"
      role="listbox"
      aria-label="Consumers"
      tabIndex={0}
      aria-activedescendant={found === -1 ? undefined : `${id}-${found}`}
      onKeyDown={onKeyDown}
      onBlur={() => onActive(undefined)}
    >
      {rows.slice(first, first + 2 * around).map((row, index) => (
        <div
          key={row.key}
          id={`${id}-${first + index}`}
          role="option"
          aria-selected={row.key === active}
          onClick={() => onChoose(row)}
        >
          {textOf(row)}
        </div>
      ))}
    </div>
  );
}

/** @param at - the number of the active row; -1 when none is. */
function targetOf(key: string, at: number, rows: number): number | undefined {
  const targets: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + 10,
    PageUp: at - 10,
    Home: 0,
    End: rows - 1,
  };
  const target = targets[key];
  return target === undefined ? undefined : Math.max(0, Math.min(rows - 1, target));
}

function reveal(frame: HTMLElement, index: number): void {
  const rowHeight = rowHeightAt(frame.clientWidth);
  const top = index * rowHeight;
  const bottom = top + rowHeight - (frame.clientHeight - axisHeight);
  frame.scrollTop = Math.max(bottom, Math.min(frame.scrollTop, top));
}

function textOf(row: LaneRow): string {
  if (row.kind !== 'consumer')
    return `${row.kind} ${row.name}, ${plural(row.consumers, 'consumer')}, ${row.stuck} stuck, ${row.isOpen ? 'open' : 'closed'}`;
  const { consumer } = row;
  const forMs = Math.max(0, consumer.worker.asOfMs(liveStore.fleet.nowMs()) - consumer.sinceMs);
  const held = consumer.report.held;
  const job = held === undefined ? '' : `, ${held.jobName} ${held.jobId}`;
  const coarse = duration(Math.round(forMs / 1_000) * 1_000);
  return `${consumer.report.consumer} on ${consumer.worker.name}: ${consumer.state} for ${coarse}${job}${row.isStuck ? ', stuck' : ''}${consumer.worker.isQuiet ? ', nothing heard of it since' : ''}`;
}
