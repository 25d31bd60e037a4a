// Which boxes and arrows of a chart are drawn.
import type { ChartView, StateBox } from '#protocol/chart-view.js';

/**
 * A state whose inner states are not shown is drawn like one that has none.
 *
 * @param whole the view with all of its boxes: one that has room for inner states has its figure in the same place without them.
 */
export function drawnBoxes({ states }: ChartView, whole?: ChartView): readonly StateBox[] {
  const open = new Set((whole?.states ?? states).map(({ parent }) => parent));
  return states.map((box) => (isOuter(box) && !open.has(box.state) ? { ...box, kind: 'atomic' } : box));
}

/** Without the inner states of those in which only the first has anything to show: that it is there goes without saying. */
export function withWorthSeeing(view: ChartView, isWorthSeeing: (state: string) => boolean): ChartView {
  const open = new Set(
    view.states
      .filter(({ parent, isInitial, state }) => parent !== undefined && !isInitial && isWorthSeeing(state))
      .map(({ parent }) => parent),
  );
  const states = view.states.filter(({ parent }) => parent === undefined || open.has(parent));
  const shown = new Set(states.map(({ state }) => state));
  return { ...view, states, arrows: view.arrows.filter(({ from, to }) => shown.has(from) && shown.has(to)) };
}

/** Boxes around others are drawn below the arrows between those. */
export const isOuter = ({ kind }: StateBox) => kind === 'compound' || kind === 'parallel';

/** The simplest view that shows a whole path: the inner states only where the path leaves those that are usual. */
export function viewForPath(chart: ChartView, path: readonly string[]): ChartView {
  const usual = new Set<string>();
  const parents = new Set<string | undefined>([undefined]);
  for (const { state, parent } of chart.states) {
    if (parent === undefined || !parents.has(parent)) usual.add(state);
    parents.add(parent);
  }
  const { tall, tallOpen = tall, folded = chart } = chart;
  const isUsual = path.every((state) => usual.has(state));
  const upright = isUsual ? tall : tallOpen;
  return { ...(isUsual ? folded : chart), ...(upright && { tall: upright }) };
}
