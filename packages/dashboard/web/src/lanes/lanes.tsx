// The swimlanes: a scrolled canvas, with a list of the same rows for the keyboard and for screen readers.
import {
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  type MouseEvent,
  type PointerEvent,
  type RefObject,
} from 'react';
import { duration, plural, timeOfDay } from '../figures/format.js';
import type { StateSpan } from '../live/live-worker.js';
import { liveStore, useFleet } from '../live/store.js';
import { LaneList } from './lane-list.js';
import type { LaneOptions } from './lane-options.js';
import { laneRows, type LaneRow, type RowOptions } from './lane-rows.js';
import { axisHeight, rowAt, rowHeightAt, timeAt, type LaneView } from './lane-view.js';
import { startPainting, type Scene } from './painting.js';

interface LanesProps extends Omit<RowOptions, 'open'>, LaneOptions {
  /** How many rows are visible at once; the others scroll. */
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

/** The row that the pointer or the keyboard is on, and the position of the pointer. */
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
  // The painter draws what was last rendered.
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
    nowMs: liveStore.fleet.nowMs(),
  };
}

function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  return keys.has(key) ? new Set([...keys].filter((other) => other !== key)) : new Set([...keys, key]);
}

interface Pointed {
  readonly row: LaneRow;
  readonly x: number;
  readonly y: number;
  readonly view: LaneView;
}

const hintWidth = 240;

/** Beside the pointer: what the lane shows there. */
function LaneHint({ row, x, y, view }: Pointed) {
  const left = Math.min(x + 14, view.width - hintWidth);
  return (
    <div
      className="lane-hint"
      style={{ transform: `translate(${left}px, ${y + view.scrollTop + 16}px)`, width: hintWidth }}
    >
      {row.kind === 'consumer' ? (
        <SpanHint spans={row.consumer.spans} atMs={pointedAtMs(x, view)} nowMs={view.nowMs} />
      ) : (
        <span>
          {plural(row.consumers, 'consumer')} · click to {row.isOpen ? 'close' : 'open'}
        </span>
      )}
    </div>
  );
}

/** Outside the bar, the texts of a lane are of now. */
function pointedAtMs(x: number, view: LaneView): number {
  const atMs = timeAt(x, view);
  return atMs < view.nowMs - view.rangeMs ? view.nowMs : atMs;
}

interface SpanHintProps {
  readonly spans: readonly StateSpan[];
  readonly atMs: number;
  readonly nowMs: number;
}

function SpanHint({ spans, atMs, nowMs }: SpanHintProps) {
  const index = spans.findLastIndex(({ sinceMs }) => sinceMs <= atMs);
  const span = spans[index];
  if (span === undefined) return <span className="dim">Nobody watched yet.</span>;
  const untilMs = spans[index + 1]?.sinceMs ?? nowMs;
  return (
    <>
      <b>{span.state}</b> <span className="figure">{duration(Math.max(0, untilMs - span.sinceMs))}</span>
      <br />
      <span className="dim">since {timeOfDay(span.sinceMs)}</span>
      {span.jobId === undefined ? null : (
        <>
          <br />
          {span.jobName} <span className="identity">{span.jobId}</span>
        </>
      )}
    </>
  );
}

/** The width of an element, also after it has changed. */
function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(window.innerWidth);
  useLayoutEffect(() => {
    if (element.current === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? window.innerWidth));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
