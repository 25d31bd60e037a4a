// The swimlane: a scrolled canvas, with a list of the same lines for the keyboard and for screen readers.
import { useEffect, useRef, useState, type MouseEvent, type PointerEvent, type RefObject } from 'react';
import { liveStore, useFleet } from '../live/store.js';
import { LaneHint, type Pointed } from './lane-hint.js';
import { LaneList } from './lane-list.js';
import { laneRows, type LaneRow, type LaneWishes } from './lane-rows.js';
import { axisHeight, rowAt, rowHeightAt, type LaneView } from './lane-view.js';
import { startPainting, type Scene } from './painting.js';
import { useWidth } from './use-width.js';

interface LanesProps extends Omit<LaneWishes, 'open'> {
  readonly rangeMs: number;
  /** As many lines are to be seen at once; more scroll. */
  readonly mostRows: number;
  readonly onChoose: (consumer: string) => void;
}

export function Lanes({ selection, order, rangeMs, mostRows, onChoose }: LanesProps) {
  const fleet = useFleet();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const rows = laneRows(fleet, { selection, order, open });
  const { frame, active, setActive, pointed, point, rowUnder, leave } = usePointing(rows, rangeMs);
  const canvas = usePainting(frame, { rows, rangeMs, active });
  const choose = (row: LaneRow | undefined) => {
    if (row?.kind === 'consumer') onChoose(row.key);
    else if (row !== undefined) setOpen((keys) => toggled(keys, row.key));
  };
  const rowHeight = rowHeightAt(useWidth(frame));
  const seen = Math.min(rows.length, mostRows);
  const height = Math.max(2, seen) * rowHeight + axisHeight;
  return (
    <>
      <div className="lanes" ref={frame} style={{ height }}>
        <div className="lanes-length" style={{ height: rows.length * rowHeight + axisHeight }}>
          <canvas
            ref={canvas}
            aria-hidden
            className="lanes-canvas"
            style={{ height }}
            onPointerMove={point}
            onPointerLeave={leave}
            onClick={(event) => choose(rowUnder(event))}
          />
        </div>
        <LaneList rows={rows} active={active} onActive={setActive} onChoose={choose} frame={frame} />
        {rows.length > 0 ? null : <p className="lanes-none">No consumer is like that now.</p>}
        {pointed === undefined ? null : <LaneHint {...pointed} />}
      </div>
      {rows.length > seen ? (
        <p className="panel-note">
          {seen} of {rows.length} lines: scroll for more
        </p>
      ) : null}
    </>
  );
}

/** The line that the pointer or the keyboard is on, and where exactly the pointer is. */
function usePointing(rows: readonly LaneRow[], rangeMs: number) {
  const frame = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState<string>();
  const [pointed, setPointed] = useState<Pointed>();
  const rowUnder = ({ currentTarget, nativeEvent: { offsetY } }: MouseEvent<HTMLCanvasElement>) => {
    const view = viewOf(currentTarget, frame.current, rangeMs);
    return offsetY > view.height - axisHeight ? undefined : rows[rowAt(offsetY, view)];
  };
  const point = (event: PointerEvent<HTMLCanvasElement>) => {
    const view = viewOf(event.currentTarget, frame.current, rangeMs);
    const { offsetX: x, offsetY: y } = event.nativeEvent;
    const row = rowUnder(event);
    setActive(row?.key);
    setPointed(row === undefined ? undefined : { row, x, y, view });
  };
  const leave = () => {
    setActive(undefined);
    setPointed(undefined);
  };
  return { frame, active, setActive, pointed, point, rowUnder, leave };
}

function usePainting(frame: RefObject<HTMLElement | null>, scene: Scene) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(scene);
  // What the painter draws is what the last rendering found.
  useEffect(() => {
    latest.current = scene;
  });
  useEffect(() => {
    if (canvas.current === null || frame.current === null) return undefined;
    return startPainting(canvas.current, frame.current, latest);
  }, [frame]);
  return canvas;
}

function viewOf(canvas: HTMLCanvasElement, frame: HTMLElement | null, rangeMs: number): LaneView {
  return {
    width: canvas.clientWidth,
    height: canvas.clientHeight,
    scrollTop: frame?.scrollTop ?? 0,
    rangeMs,
    nowMs: liveStore.model.nowMs(),
  };
}

function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  return keys.has(key) ? new Set([...keys].filter((other) => other !== key)) : new Set([...keys, key]);
}
