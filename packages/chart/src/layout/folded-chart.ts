// A chart of which only some states are open: what leads to or from a hidden state is seen at the closed one around it.
import { arrowsBetween, transitionsWithin, type Arrow } from '../model/arrow.js';
import type { Chart, ChartState } from '../model/chart.js';
import { dottedStates } from '../model/dotted-states.js';
import type { LayoutWishes } from './layout-options.js';

/** The states that are shown, each after the one that it lies in, and what leads from one to another. */
export interface FoldedChart {
  readonly states: readonly ShownState[];
  /** Between the ids of shown states. */
  readonly arrows: readonly Arrow[];
}

export interface ShownState {
  readonly state: ChartState;
  readonly dotted: string;
  /** The state that it lies in; undefined on the first level. */
  readonly parent: ChartState | undefined;
  readonly isInitial: boolean;
  /** Whether those within it are shown. */
  readonly isOpen: boolean;
}

export function foldedChart(chart: Chart, { open }: Pick<LayoutWishes, 'open'>): FoldedChart {
  const names = dottedStates(chart);
  const standIns = new Map<string, string>();
  const show = (parent: ChartState): readonly ShownState[] =>
    parent.states.flatMap((state) => {
      const dotted = names.get(state.id) ?? state.name;
      const isOpen = state.states.length > 0 && (open === 'all' || open.includes(dotted));
      standIns.set(state.id, state.id);
      if (!isOpen) hide(state, state.id);
      const shown = { state, dotted, isOpen, isInitial: beginsIn(parent, state), parent: known(parent, chart) };
      return [shown, ...(isOpen ? show(state) : [])];
    });
  const hide = (state: ChartState, standIn: string): void => {
    for (const child of state.states) {
      standIns.set(child.id, standIn);
      hide(child, standIn);
    }
  };
  const states = show(chart.root);
  return { states, arrows: arrowsAmong(chart, standIns) };
}

/** What the machine's own node reacts to leads from no state that is shown, and is left out. */
function arrowsAmong({ root }: Chart, standIns: ReadonlyMap<string, string>): readonly Arrow[] {
  const lifted = transitionsWithin(root).flatMap((transition) => {
    const source = standIns.get(transition.source);
    const targets = transition.targets.map((id) => standIns.get(id)).filter((id) => id !== undefined && id !== source);
    return source === undefined ? [] : [{ ...transition, source, targets: targets as readonly string[] }];
  });
  return arrowsBetween(lifted);
}

function beginsIn(parent: ChartState, state: ChartState): boolean {
  return parent.kind === 'parallel' || parent.initial.includes(state.id);
}

function known(parent: ChartState, { root }: Chart): ChartState | undefined {
  return parent === root ? undefined : parent;
}
