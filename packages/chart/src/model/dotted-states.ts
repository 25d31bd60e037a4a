// What people and reports call a state: its name behind those of the states around it.
import type { Chart, ChartState } from './chart.js';

/** The dotted name of each state by its id, such as `processing.handling`; the machine's own node has none. */
export function dottedStates({ root }: Chart): ReadonlyMap<string, string> {
  const named = (state: ChartState, around: string): readonly (readonly [string, string])[] => {
    const name = around === '' ? state.name : `${around}.${state.name}`;
    return [[state.id, name], ...state.states.flatMap((child) => named(child, name))];
  };
  return new Map(root.states.flatMap((state) => named(state, '')));
}
