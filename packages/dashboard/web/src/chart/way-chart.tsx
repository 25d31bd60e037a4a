// A chart, dimmed, with the way that one job or one consumer took drawn over it.
import type { ChartView } from '#protocol/chart-view.js';
import { useIsNarrow } from '../theme/narrow.js';
import { ArrowDrawing } from './arrow-drawing.js';
import { ancestors, arrowKey } from './chart-figures.js';
import { ChartFrame } from './chart-frame.js';
import { drawnBoxes } from './drawn-boxes.js';
import { StateDrawing } from './state-drawing.js';

interface WayChartProps {
  readonly chart: ChartView;
  /** The dotted states in the order in which they were entered. */
  readonly way: readonly string[];
  /** Where it stands on its way. */
  readonly active: string | undefined;
  /** How often, or for how long, by state. */
  readonly times?: ReadonlyMap<string, string>;
  readonly label: string;
}

export function WayChart({ chart: given, way, active, times, label }: WayChartProps) {
  const isNarrow = useIsNarrow();
  const chart = (isNarrow ? given.tall : undefined) ?? given;
  const shown = new Set(chart.states.map(({ state }) => state));
  const drawn = new Set(way.flatMap((state) => ancestors(state, shown)));
  const taken = arrowsTaken(chart, way);
  const standing = new Set(active === undefined ? [] : ancestors(active, shown));
  const look = (state: string) => {
    if (standing.has(state)) return 'active';
    return drawn.has(state) ? 'way' : 'dim';
  };
  return (
    <ChartFrame width={chart.width} height={chart.height} label={label}>
      {(marker) => (
        <>
          {drawnBoxes(chart).map((box) => (
            <StateDrawing
              key={box.state}
              box={box}
              look={look(box.state)}
              time={times?.get(box.state)}
              share={standing.has(box.state) ? 1 : 0}
              heat={0.4}
              label={[box.name, standing.has(box.state) ? 'here now' : '', times?.get(box.state)]
                .filter(Boolean)
                .join(', ')}
            />
          ))}
          {chart.arrows.map((arrow) => {
            const key = arrowKey(arrow.from, arrow.to);
            return <ArrowDrawing key={key} arrow={arrow} marker={marker} look={taken.has(key) ? 'way' : 'quiet'} />;
          })}
        </>
      )}
    </ChartFrame>
  );
}

function arrowsTaken(chart: ChartView, way: readonly string[]): ReadonlySet<string> {
  const shown = new Set(chart.states.map(({ state }) => state));
  const known = new Set(chart.arrows.map(({ from, to }) => arrowKey(from, to)));
  const keys = way.slice(1).flatMap((to, index) => {
    const froms = ancestors(way[index] ?? '', shown);
    const tos = ancestors(to, shown);
    return froms.flatMap((from) => tos.map((end) => arrowKey(from, end)));
  });
  return new Set(keys.filter((key) => known.has(key)));
}
