// Beside the machine's own states: consumers whose process has died. They fade, and are not forgotten at once.
import type { ChartView, StateBox } from '#protocol/chart-view.js';
import { count, plural } from '../numbers/format.js';
import type { Selection } from '../selection/selection.js';
import { StateDrawing } from './state-drawing.js';

interface LostBoxProps {
  /** Of {@link lostBox}. */
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

/** Below the chart, under what its consumers were doing. */
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
