// The sheet that a chart is drawn on: it fills its place, and scrolls where it would become too small to read.
import { useId, type ReactNode } from 'react';

interface ChartFrameProps {
  readonly width: number;
  readonly height: number;
  /** What the chart shows, for who does not see it. */
  readonly label: string;
  /** Gives the arrows their head. */
  readonly children: (marker: string) => ReactNode;
}

const margin = 12;
/** As small as its text may get, and as large as it may without looking like a poster. */
const smallest = 0.62;
const largest = 1.7;

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
