// Where Mermaid wants the arrows of a chart.
import { arrowsBetween, statesWithin, transitionsWithin, type Arrow } from '../model/arrow.js';
import type { Chart, ChartState } from '../model/chart.js';

/** The place of arrows that have no state around them. */
export const OUTSIDE = '';

/** The arrows of a chart by the id of the innermost state around both ends; no parallel state, whose regions they would cross. */
export function arrowsByPlace({ root }: Chart): ReadonlyMap<string, readonly Arrow[]> {
  const chains = chainsOf(root);
  const places = new Map<string, Arrow[]>();
  for (const arrow of parted(arrowsBetween(transitionsWithin(root)), root)) {
    const place = placeOf(chains.get(arrow.source) ?? [], chains.get(arrow.target) ?? []);
    places.set(place, [...(places.get(place) ?? []), arrow]);
  }
  return places;
}

type Chain = readonly ChartState[];

/** The states around each state, from the outermost to its parent, by its id. */
function chainsOf(state: ChartState, around: Chain = []): ReadonlyMap<string, Chain> {
  const within = state.states.flatMap((child) => [...chainsOf(child, [...around, state])]);
  return new Map([[state.id, around], ...within]);
}

function placeOf(source: Chain, target: Chain): string {
  const shared = source.filter((state, depth) => state === target[depth] && state.kind !== 'parallel');
  return shared.at(-1)?.id ?? OUTSIDE;
}

/**
 * Mermaid draws both arrows between two boxes on one line, with their labels on top of each other. So the way back leads to
 * the state that its box begins in, which means the same.
 */
function parted(arrows: readonly Arrow[], root: ChartState): readonly Arrow[] {
  const states = new Map(statesWithin(root).map((state) => [state.id, state]));
  const firstOf = (id: string): string => {
    const [first] = states.get(id)?.initial ?? [];
    return first === undefined ? id : firstOf(first);
  };
  return arrows.map((arrow, at) => {
    const isWayBack = arrows
      .slice(0, at)
      .some(({ source, target }) => source === arrow.target && target === arrow.source);
    return isWayBack ? { ...arrow, target: firstOf(arrow.target) } : arrow;
  });
}
