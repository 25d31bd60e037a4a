// The frame of a chart and its arrows.
import { useId, type ReactNode } from 'react';
import type { ArrowPath } from '#protocol/chart-view.js';

interface ChartFrameProps {
  readonly width: number;
  readonly height: number;
  /** What the chart shows, for screen readers. */
  readonly label: string;
  /** Gets the marker that is the head of the arrows. */
  readonly children: (marker: string) => ReactNode;
}

const margin = 12;
/** How far it is scaled: any smaller, its text could not be read. */
const smallest = 0.62;
const largest = 1.7;

/** Fills the room that it has, and scrolls where it would become too small to read. */
export function ChartFrame({ width, height, label, children }: ChartFrameProps) {
  const marker = useId();
  const [fullWidth, fullHeight] = [width + 2 * margin, height + 2 * margin];
  return (
    <div className="chart-sheet" role="region" aria-label={label} tabIndex={0}>
      <svg
        className="chart"
        viewBox={`${-margin} ${-margin} ${fullWidth} ${fullHeight}`}
        style={{ minWidth: fullWidth * smallest, maxWidth: fullWidth * largest }}
      >
        <defs>
          <marker
            id={marker}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerUnits="userSpaceOnUse"
            markerWidth="10"
            markerHeight="10"
            orient="auto"
          >
            <path className="arrow-head" d="M0 0.5L8 4L0 7.5z" />
          </marker>
        </defs>
        {children(`url(#${marker})`)}
      </svg>
    </div>
  );
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
    <g className={`arrow arrow-${look}`}>
      <title>{`${arrow.from} to ${arrow.to}: ${arrow.labels.join(', ')}`}</title>
      <path className="arrow-line" d={arrow.path} style={{ strokeWidth: width }} markerEnd={marker} />
      {perSecond > 0 ? <path className={`arrow-flow ${pace(perSecond)}`} d={arrow.path} /> : null}
      {figure === undefined ? null : (
        <text className="arrow-figure" x={arrow.labelX + 24} y={arrow.labelY + 12}>
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
