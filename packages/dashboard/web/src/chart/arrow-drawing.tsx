// One arrow of a chart.
import type { ArrowPath } from '#protocol/chart-view.js';

interface ArrowDrawingProps {
  readonly arrow: ArrowPath;
  readonly marker: string;
  /** Beside the arrow; nothing when there is nothing to say. */
  readonly figure?: string | undefined;
  /** How much flows, per second. Default 0. */
  readonly perSecond?: number;
  /** `quiet`: nothing has passed for a while. `way`: a job took it. */
  readonly look: 'plain' | 'quiet' | 'way';
}

const thinnest = 1.3;
const widest = 5;
/** The flow of the widest arrow; more is not wider. */
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

/** A few paces rather than a speed for each rate: a changed duration makes a running animation jump. */
function pace(perSecond: number): string {
  if (perSecond < 1) return 'pace-slow';
  return perSecond < 20 ? 'pace-even' : 'pace-fast';
}
