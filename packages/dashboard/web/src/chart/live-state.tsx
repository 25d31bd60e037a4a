// One state of a live chart: how many are in it, and for how long.
import type { ChartView, StateBox } from '#protocol/chart-view.js';
import { count, duration, plural } from '../numbers/format.js';
import type { Selection } from '../selection/selection.js';
import type { ChartFigures } from './chart-figures.js';
import { isOuter } from './drawn-boxes.js';
import { StateDrawing } from './state-drawing.js';

export interface LiveStateProps {
  readonly box: StateBox;
  readonly chart: ChartView;
  readonly selection: Selection;
  /** With the state that was chosen, or undefined when it was the chosen one. */
  readonly onChoose: (state: string | undefined) => void;
  readonly figures: ChartFigures;
  /** Those of all states, shown or not. */
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
      share={isOuter(box) && note === undefined ? 0 : share(number, figures.total)}
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

/** A folded state tells of those within that are not where a job usually is. */
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
