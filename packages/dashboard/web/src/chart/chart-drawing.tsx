// The frame of a chart and its arrows.
import { useId, useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import type { ArrowPath, ChartView } from '#protocol/chart-view.js';
import { toneOf, tones } from '../theme/palette.js';

interface ChartFrameProps {
  /** From left to right. */
  readonly wide: ChartView;
  /** From top to bottom: drawn where there is no room for the other. */
  readonly tall: ChartView | undefined;
  /** What the chart shows, for screen readers. */
  readonly label: string;
  /** Draws the view that fits. @param marker returns the head of the arrows to a state. */
  readonly children: (view: ChartView, marker: (state: string) => string) => ReactNode;
}

const margin = 12;
/** How far it is scaled. The smallest text is 12 pixels high: any smaller, and it would be below 11. */
const smallest = 0.92;
const largest = 1.4;
/** A chart from top to bottom would push all else off the screen. */
const largestTall = 1.1;

const fullWidth = ({ width }: ChartView) => width + 2 * margin;

/** Its height depends on the room's width alone: whatever is drawn, it stays as high as it is. Scrolls where it does not fit. */
export function ChartFrame({ wide, tall, label, children }: ChartFrameProps) {
  const id = useId();
  const room = useRef<HTMLDivElement>(null);
  const roomWidth = useRoomWidth(room);
  const view = tall !== undefined && roomWidth < fullWidth(wide) * smallest ? tall : wide;
  const scale = Math.min(view === tall ? largestTall : largest, Math.max(smallest, roomWidth / fullWidth(view)));
  const [width, height] = [fullWidth(view), view.height + 2 * margin];
  return (
    <div className="chart-sheet" role="region" aria-label={label} tabIndex={0} ref={room}>
      <svg
        className="chart"
        viewBox={`${-margin} ${-margin} ${width} ${height}`}
        width={Math.floor(width * scale)}
        height={Math.floor(height * scale)}
      >
        <defs>
          {tones.map((tone) => (
            <marker
              key={tone}
              id={`${id}${tone}`}
              className={`tone-${tone}`}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerUnits="userSpaceOnUse"
              markerWidth="13"
              markerHeight="13"
              orient="auto"
            >
              <path className="arrow-head" d="M0 0.5L8 4L0 7.5z" />
            </marker>
          ))}
        </defs>
        {children(view, (state) => `url(#${id}${toneOf(state)})`)}
      </svg>
    </div>
  );
}

/** The width of an element, before it is painted, and after it has changed. */
function useRoomWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(window.innerWidth);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return undefined;
    const measure = () => setWidth(current.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

interface ArrowDrawingProps {
  readonly arrow: ArrowPath;
  readonly marker: string;
  /** The text beside the arrow. */
  readonly figure?: string | undefined;
  /** How often it is taken, per second. Default 0. */
  readonly perSecond?: number;
  /** `quiet`: it was not taken for a while. `path`: it is part of the path that is shown. */
  readonly look: 'plain' | 'quiet' | 'path';
}

const thinnest = 1.3;
const widest = 5;
/** The rate of the widest arrow; a higher rate is not drawn wider. */
const fullPerSecond = 200;

export function ArrowDrawing({ arrow, marker, figure, perSecond = 0, look }: ArrowDrawingProps) {
  const weight = Math.min(1, Math.log1p(perSecond) / Math.log1p(fullPerSecond));
  const width = thinnest + weight * (widest - thinnest);
  return (
    <g className={`arrow arrow-${look} tone-${toneOf(arrow.to)}`}>
      <title>{`${arrow.from} to ${arrow.to}: ${arrow.labels.join(', ')}`}</title>
      <path className="arrow-line" d={arrow.path} style={{ strokeWidth: width }} markerEnd={marker} />
      {perSecond > 0 ? <path className={`arrow-flow ${pace(perSecond)}`} d={arrow.path} /> : null}
      {figure === undefined ? null : (
        <text className="arrow-figure" x={arrow.labelX} y={arrow.labelY + 12}>
          {figure}
        </text>
      )}
    </g>
  );
}

/** A few speeds rather than one for each rate: a running animation jumps when its duration changes. */
function pace(perSecond: number): string {
  if (perSecond < 1) return 'pace-slow';
  return perSecond < 20 ? 'pace-even' : 'pace-fast';
}
