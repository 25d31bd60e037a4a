// What a reader sees of the transitions between two states: one arrow, whatever the number of its events.
import type { ChartState, ChartTransition } from './chart.js';

/** What leads from one state to another, in the order of the definition. */
export interface Arrow {
  readonly source: string;
  readonly target: string;
  /** `handler.returned`, or with a guard `settlement.stored [hasNext]`. Events that share a guard stand together. */
  readonly labels: readonly string[];
}

/** One arrow for each pair of states between which something leads. Reactions that leave a state as it is are none. */
export function arrowsBetween(transitions: readonly ChartTransition[]): readonly Arrow[] {
  const pairs = new Map<string, ChartTransition[]>();
  for (const transition of transitions) {
    for (const target of transition.targets) {
      const pair = JSON.stringify([transition.source, target]);
      pairs.set(pair, [...(pairs.get(pair) ?? []), transition]);
    }
  }
  return [...pairs].map(([pair, alike]) => {
    const [source, target] = JSON.parse(pair) as [string, string];
    return { source, target, labels: labelsOf(alike) };
  });
}

/** A state and all within it, in the order of the definition. */
export function statesWithin(state: ChartState): readonly ChartState[] {
  return [state, ...state.states.flatMap(statesWithin)];
}

/** What leads away from a state and from all within it. */
export function transitionsWithin(state: ChartState): readonly ChartTransition[] {
  return statesWithin(state).flatMap(({ transitions }) => transitions);
}

function labelsOf(transitions: readonly ChartTransition[]): readonly string[] {
  const triggers = new Map<string | undefined, Set<string>>();
  for (const { guard, trigger } of transitions) triggers.set(guard, (triggers.get(guard) ?? new Set()).add(trigger));
  return [...triggers].map(([guard, names]) => [...names].join(', ') + (guard === undefined ? '' : ` [${guard}]`));
}
