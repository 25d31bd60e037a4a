// The states of a live chart: how many are in each, and for how long; and beside them the consumers whose process has died.
import type { ChartView, StateBox } from '#protocol/chart-view.js';
import { count, duration, plural } from '../figures/format.js';
import type { Selection } from '../route/selection.js';
import type { ChartFigures } from './chart-figures.js';
import { isOuter } from './chart-views.js';
import { StateDrawing } from './state-drawing.js';

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

interface LostBoxProps {
  /** The box that {@link lostBox} returns. */
  readonly box: StateBox;
  readonly count: number;
  readonly selection: Selection;
  readonly onChoose: (state: string | undefined) => void;
  readonly onPoint: (state: string, isHere: boolean) => void;
}

const boxHeight = 40;
const gap = 14;
/** What it adds to a chart's height. */
export const lostBoxHeight = boxHeight + gap;

/** Below the chart, under `processing`. */
export function lostBox(view: ChartView): StateBox {
  return {
    state: 'lost',
    name: 'lost',
    parent: undefined,
    kind: 'final',
    description: 'Its process has died: what it held goes back to the queue. It is shown for ten seconds.',
    isInitial: false,
    isFolded: false,
    x: view.states.find(({ state }) => state === 'processing')?.x ?? 0,
    y: view.height + gap,
    width: 136,
    height: boxHeight,
  };
}

export function LostBox({ box, count: number, selection, onChoose, onPoint }: LostBoxProps) {
  const isChosen = selection.state === 'lost';
  return (
    <StateDrawing
      box={box}
      figure={count(number)}
      look={number > 0 ? 'filled' : 'empty'}
      share={number > 0 ? 1 : 0}
      heat={0.5}
      label={`lost, ${plural(number, 'consumer')} of processes that died`}
      isChosen={isChosen}
      onChoose={() => onChoose(isChosen ? undefined : 'lost')}
      onPoint={(isHere) => onPoint('lost', isHere)}
    />
  );
}
