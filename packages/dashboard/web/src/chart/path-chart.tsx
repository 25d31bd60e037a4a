// A chart, dimmed, with the path that one job or one consumer took drawn over it.
import type { ChartView } from '#protocol/chart-view.js';
import { ArrowDrawing, ChartFrame } from './chart-drawing.js';
import { ancestors, arrowKey } from './chart-figures.js';
import { drawnBoxes } from './chart-views.js';
import { StateDrawing } from './state-drawing.js';

interface PathChartProps {
  readonly chart: ChartView;
  /** The dotted states in the order in which they were entered. */
  readonly path: readonly string[];
  /** The state that it is in. */
  readonly active: string | undefined;
  /** How often, or for how long, by state. */
  readonly times?: ReadonlyMap<string, string>;
  readonly label: string;
}

export function PathChart({ chart, ...props }: PathChartProps) {
  return (
    <ChartFrame wide={chart} tall={chart.tall} label={props.label}>
      {(view, marker) => <Path {...props} chart={view} marker={marker} />}
    </ChartFrame>
  );
}

interface PathProps extends Omit<PathChartProps, 'label'> {
  readonly marker: (state: string) => string;
}

function Path({ chart, path, active, times, marker }: PathProps) {
  const shown = new Set(chart.states.map(({ state }) => state));
  const drawn = new Set(path.flatMap((state) => ancestors(state, shown)));
  const taken = arrowsTaken(chart, path);
  const current = new Set(active === undefined ? [] : ancestors(active, shown));
  const look = (state: string) => {
    if (current.has(state)) return 'active';
    return drawn.has(state) ? 'path' : 'dim';
  };
  return (
    <>
      {drawnBoxes(chart).map((box) => (
        <StateDrawing
          key={box.state}
          box={box}
          look={look(box.state)}
          time={times?.get(box.state)}
          share={current.has(box.state) ? 1 : 0}
          heat={0.4}
          label={[box.name, current.has(box.state) ? 'here now' : '', times?.get(box.state)].filter(Boolean).join(', ')}
        />
      ))}
      {chart.arrows.map((arrow) => {
        const key = arrowKey(arrow.from, arrow.to);
        const isTaken = taken.has(key);
        return <ArrowDrawing key={key} arrow={arrow} marker={marker(arrow.to)} look={isTaken ? 'path' : 'quiet'} />;
      })}
    </>
  );
}

function arrowsTaken(chart: ChartView, path: readonly string[]): ReadonlySet<string> {
  const shown = new Set(chart.states.map(({ state }) => state));
  const known = new Set(chart.arrows.map(({ from, to }) => arrowKey(from, to)));
  const keys = path.slice(1).flatMap((to, index) => {
    const froms = ancestors(path[index] ?? '', shown);
    const tos = ancestors(to, shown);
    return froms.flatMap((from) => tos.map((end) => arrowKey(from, end)));
  });
  return new Set(keys.filter((key) => known.has(key)));
}
