// Beside the pointer: what the lane shows there.
import type { Stay } from '../live/live-consumer.js';
import { duration, plural, timeOfDay } from '../numbers/format.js';
import type { LaneRow } from './lane-rows.js';
import { timeAt, type LaneView } from './lane-view.js';

export interface Pointed {
  readonly row: LaneRow;
  readonly x: number;
  readonly y: number;
  readonly view: LaneView;
}

const hintWidth = 240;

export function LaneHint({ row, x, y, view }: Pointed) {
  const left = Math.min(x + 14, view.width - hintWidth);
  return (
    <div
      className="lane-hint"
      style={{ transform: `translate(${left}px, ${y + view.scrollTop + 16}px)`, width: hintWidth }}
    >
      {row.kind === 'consumer' ? (
        <StayHint stays={row.consumer.stays} atMs={pointedAtMs(x, view)} nowMs={view.nowMs} />
      ) : (
        <span>
          {plural(row.consumers, 'consumer')} · click to {row.isOpen ? 'close' : 'open'}
        </span>
      )}
    </div>
  );
}

/** Beside the bar the words are of now. */
function pointedAtMs(x: number, view: LaneView): number {
  const atMs = timeAt(x, view);
  return atMs < view.nowMs - view.rangeMs ? view.nowMs : atMs;
}

interface StayHintProps {
  readonly stays: readonly Stay[];
  readonly atMs: number;
  readonly nowMs: number;
}

function StayHint({ stays, atMs, nowMs }: StayHintProps) {
  const index = stays.findLastIndex(({ sinceMs }) => sinceMs <= atMs);
  const stay = stays[index];
  if (stay === undefined) return <span className="dim">Nobody watched yet.</span>;
  const untilMs = stays[index + 1]?.sinceMs ?? nowMs;
  return (
    <>
      <b>{stay.state}</b> <span className="figure">{duration(Math.max(0, untilMs - stay.sinceMs))}</span>
      <br />
      <span className="dim">since {timeOfDay(stay.sinceMs)}</span>
      {stay.jobId === undefined ? null : (
        <>
          <br />
          {stay.jobName} <span className="identity">{stay.jobId}</span>
        </>
      )}
    </>
  );
}
