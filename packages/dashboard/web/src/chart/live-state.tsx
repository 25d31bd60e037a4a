// The states of a live chart: how many are in each, and for how long; and beside them the consumers whose process has died.
import type { ChartView, StateBox } from '#protocol/chart-view.js';
import { count, duration, plural } from '../figures/format.js';
import type { Selection } from '../route/selection.js';
import type { ChartFigures, Lost } from './chart-figures.js';
import { fillStrength, onKeys, StateDrawing } from './state-drawing.js';

export interface LiveStateProps {
  readonly box: StateBox;
  readonly chart: ChartView;
  readonly selection: Selection;
  /** Called with the state that is chosen, or undefined when it is no longer chosen. */
  readonly onChoose: (state: string | undefined) => void;
  readonly figures: ChartFigures;
  /** The figures of all states, shown or not. */
  readonly inside: ChartFigures;
  readonly onPoint: (state: string, isHere: boolean) => void;
}

export function LiveState({ box, figures, inside, chart, selection, onChoose, onPoint }: LiveStateProps) {
  const { count: number = 0, dwellMs } = figures.states.get(box.state) ?? {};
  const isChosen = selection.state === box.state;
  const time = dwellMs === undefined ? undefined : duration(dwellMs);
  const note = box.parent === undefined ? unusualWithin(box, chart, inside) : undefined;
  return (
    <StateDrawing
      box={box}
      figure={count(number)}
      time={time}
      note={note}
      share={share(number, figures.total)}
      heat={heat(dwellMs)}
      look={number > 0 ? 'filled' : 'empty'}
      label={[
        box.name,
        plural(number, chart.machineId === 'consumer' ? 'consumer' : 'actor'),
        time && `median ${time}`,
        note,
      ]
        .filter(Boolean)
        .join(', ')}
      isChosen={isChosen}
      onChoose={() => onChoose(isChosen ? undefined : box.state)}
      onPoint={(isHere) => onPoint(box.state, isHere)}
    />
  );
}

/** What a folded state shows of consumers in unusual inner states. */
function unusualWithin(box: StateBox, chart: ChartView, inside: ChartFigures): string | undefined {
  const [, ...others] = chart.states.filter(({ parent }) => parent === box.state);
  const found = others
    .map(({ state, name }) => ({ name, number: inside.states.get(state)?.count ?? 0 }))
    .filter(({ number }) => number > 0)
    .map(({ name, number }) => `${number} ${name}`);
  return found.length === 0 ? undefined : found.join(' · ');
}

const share = (number: number, total: number) => (total === 0 ? 0 : number / total);

const hottestMs = 60_000;

/** On a logarithmic scale from a millisecond to a minute. */
const heat = (dwellMs = 0) => Math.min(1, Math.log1p(dwellMs) / Math.log1p(hottestMs));

interface LostGhostProps {
  /** The state in which they were. */
  readonly box: StateBox;
  readonly lost: Lost;
  readonly nowMs: number;
  readonly selection: Selection;
  readonly onChoose: (state: string | undefined) => void;
}

const ghostHeight = 20;

/** On the lower edge of the state in which they were: consumers whose process has died. */
export function LostGhost({ box, lost: { count: number, atMs }, nowMs, selection, onChoose }: LostGhostProps) {
  const isChosen = selection.state === 'lost';
  const choose = () => onChoose(isChosen ? undefined : 'lost');
  const ago = `${Math.max(0, Math.round((nowMs - atMs) / 1_000))} s`;
  return (
    <g
      className="ghost tone-lost"
      transform={`translate(${box.x} ${box.y + box.height - ghostHeight / 2})`}
      role="button"
      tabIndex={0}
      aria-pressed={isChosen}
      aria-label={`lost, ${plural(number, 'consumer')} in ${box.name}: its process died ${ago} ago`}
      onClick={choose}
      onKeyDown={onKeys(choose)}
    >
      <rect width={box.width} height={ghostHeight} rx={ghostHeight / 2} />
      <text x={box.width / 2} y={14}>
        {count(number)} lost · {ago} ago
      </text>
    </g>
  );
}

const legendMs = [1, 100, 1_000, 10_000, 60_000];

/** What the strength of a fill means. */
export function HeatLegend() {
  return (
    <ul className="legend heat-legend" aria-label="The stronger a fill, the longer the usual time in the state">
      <li aria-hidden>usual time</li>
      {legendMs.map((ms) => (
        <li key={ms} className="tone-processing">
          <i aria-hidden style={{ opacity: fillStrength(heat(ms)) }} />
          {duration(ms)}
        </li>
      ))}
    </ul>
  );
}
