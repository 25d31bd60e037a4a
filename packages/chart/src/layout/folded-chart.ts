// A chart of which only some states are open: an arrow to or from a hidden state ends at the closed state around it.
import { arrowsBetween, dottedStates, transitionsWithin, type Arrow, type Chart, type ChartState } from '../chart.js';
import type { FullLayoutOptions } from './chart-layout.js';

/** The states that are shown, each after its parent, and the arrows between them. */
export interface FoldedChart {
  readonly states: readonly ShownState[];
  /** Between the ids of shown states. */
  readonly arrows: readonly Arrow[];
}

export interface ShownState {
  readonly state: ChartState;
  readonly dotted: string;
  /** The state around it; undefined on the first level. */
  readonly parent: ChartState | undefined;
  readonly isInitial: boolean;
  /** Whether the states in it are shown. */
  readonly isOpen: boolean;
}

export function foldedChart(chart: Chart, { open, inside, without }: FullLayoutOptions): FoldedChart {
  const names = dottedStates(chart);
  const standIns = new Map<string, string>();
  const show = (parent: ChartState): readonly ShownState[] =>
    parent.states.flatMap((state) => {
      const dotted = names.get(state.id) ?? state.name;
      if (without.includes(dotted)) return [];
      const isOpen = state.states.length > 0 && (open === 'all' || open.includes(dotted));
      standIns.set(state.id, state.id);
      if (!isOpen) hide(state, state.id);
      const shown = {
        state,
        dotted,
        isOpen,
        isInitial: isInitialIn(parent, state),
        parent: shownParent(parent, chart),
      };
      return [shown, ...(isOpen ? show(state) : [])];
    });
  const hide = (state: ChartState, standIn: string): void => {
    for (const child of state.states) {
      standIns.set(child.id, standIn);
      hide(child, standIn);
    }
  };
  const states = show(chart.root);
  return { states, arrows: inside === 'apart' ? arrowsApart(chart, standIns) : arrowsAmong(chart, standIns) };
}

/** Arrows between siblings only: what crosses the border of a state leads from it, or to it. */
function arrowsApart({ root }: Chart, standIns: ReadonlyMap<string, string>): readonly Arrow[] {
  const lines = linesWithin(root, []);
  const among = transitionsWithin(root).flatMap((transition) =>
    transition.targets.flatMap((target) => {
      const [from, to] = [lines.get(transition.source) ?? [], lines.get(target) ?? []];
      const shared = from.findIndex((state, depth) => state !== to[depth]);
      const depth = shared === -1 ? from.length : shared;
      const end = to[depth];
      if (end === undefined) return [];
      const start = from[depth];
      const starts = start === undefined ? siblingsOf(end, to[depth - 1]) : [start];
      return starts.map(({ id }) => ({ ...transition, source: id, targets: [end.id] }));
    }),
  );
  return arrowsBetween(
    among.filter(({ source, targets }) => [source, ...targets].every((id) => standIns.get(id) === id)),
  );
}

/** Every state by its id, with those around it, the machine's own node first. */
function linesWithin(state: ChartState, around: readonly ChartState[]): ReadonlyMap<string, readonly ChartState[]> {
  const line = [...around, state];
  return new Map([[state.id, line], ...state.states.flatMap((child) => [...linesWithin(child, line)])]);
}

/** From where a transition of the state around it leads: it is taken in each of its states but the final ones. */
function siblingsOf(state: ChartState, around: ChartState | undefined): readonly ChartState[] {
  if (around?.kind !== 'compound') return [];
  return around.states.filter((one) => one !== state && one.kind !== 'final');
}

/** Transitions of the machine's own node lead from no state that is shown, and are left out. */
function arrowsAmong({ root }: Chart, standIns: ReadonlyMap<string, string>): readonly Arrow[] {
  const lifted = transitionsWithin(root).flatMap((transition) => {
    const source = standIns.get(transition.source);
    const targets = transition.targets.map((id) => standIns.get(id)).filter((id) => id !== undefined && id !== source);
    return source === undefined ? [] : [{ ...transition, source, targets: targets as readonly string[] }];
  });
  return arrowsBetween(lifted);
}

function isInitialIn(parent: ChartState, state: ChartState): boolean {
  return parent.kind === 'parallel' || parent.initial.includes(state.id);
}

function shownParent(parent: ChartState, { root }: Chart): ChartState | undefined {
  return parent === root ? undefined : parent;
}
