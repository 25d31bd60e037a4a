// Which boxes and arrows of a chart are drawn.
import type { ChartView, StateBox } from '#protocol/chart-view.js';

/** A state whose inner states are not shown is drawn like one that has none. */
export function drawnBoxes({ states }: ChartView): readonly StateBox[] {
  const open = new Set(states.map(({ parent }) => parent));
  return states.map((box) => (isOuter(box) && !open.has(box.state) ? { ...box, kind: 'atomic' } : box));
}

/** Boxes around others are drawn below the arrows between those. */
export const isOuter = ({ kind }: StateBox) => kind === 'compound' || kind === 'parallel';

/**
 * A live chart without its final states: no actor stays in one, and their column would make all else smaller. A chart of which too
 * little would be left keeps them.
 */
export function withoutEnds(view: ChartView): ChartView {
  const states = view.states.filter(({ kind }) => kind !== 'final');
  if (states.length < 2) return view;
  const shown = new Set(states.map(({ state }) => state));
  const [width, height] = [edge(states, 'x', 'width'), edge(states, 'y', 'height')];
  const arrows = view.arrows.filter(({ from, to }) => shown.has(from) && shown.has(to));
  return {
    ...view,
    states,
    arrows,
    ...(view.width > view.height ? { width: Math.min(view.width, width) } : { height: Math.min(view.height, height) }),
  };
}

function edge(boxes: readonly StateBox[], start: 'x' | 'y', size: 'width' | 'height'): number {
  return Math.max(...boxes.map((box) => box[start] + box[size])) + sideRoom;
}

/** Room for arrows around a box. */
const sideRoom = 16;

/** The simplest view that shows a whole path: the inner states only where the path leaves those that are usual. */
export function viewForPath(chart: ChartView, path: readonly string[]): ChartView {
  const usual = new Set<string>();
  const parents = new Set<string | undefined>([undefined]);
  for (const { state, parent } of chart.states) {
    if (parent === undefined || !parents.has(parent)) usual.add(state);
    parents.add(parent);
  }
  const view = path.every((state) => usual.has(state)) ? (chart.folded ?? chart) : chart;
  const isEnding = view.states.some(({ state, kind }) => kind === 'final' && path.includes(state));
  return isEnding ? view : { ...withoutEnds(view), ...(view.tall && { tall: withoutEnds(view.tall) }) };
}
