// A state chart as plain data, which can travel: what every printer and every layout draws from.

/** A whole chart. Holds only strings and lists, so that it can be written as JSON. */
export interface Chart {
  /** The machine's id. */
  readonly id: string;
  /** The machine's own node; its id is the machine's, and its children are the states of the first level. */
  readonly root: ChartState;
}

/** One state with the states in it, in the order of the definition. */
export interface ChartState {
  /** Unique in the chart: `consumer.processing.lost`. */
  readonly id: string;
  /** Its name among its siblings: `lost`. */
  readonly name: string;
  readonly kind: ChartStateKind;
  readonly description: string | undefined;
  /** The ids of its initial states: one for a compound state, none for the others. */
  readonly initial: readonly string[];
  readonly transitions: readonly ChartTransition[];
  readonly states: readonly ChartState[];
}

/** `compound` has one active child, in `parallel` all are active; `history` stands for the last active one. */
export type ChartStateKind = 'atomic' | 'compound' | 'parallel' | 'final' | 'history';

/** One transition out of a state, or a reaction within it. */
export interface ChartTransition {
  readonly source: string;
  /** The ids of the states it leads to; empty for a reaction that leaves the state as it is. */
  readonly targets: readonly string[];
  /** What triggers it, in words: an event's name, `after drainTime`, `always`, `any event`. */
  readonly trigger: string;
  /** Its guard's name, with `not` and `and` written out; undefined without a guard. */
  readonly guard: string | undefined;
  readonly actions: readonly string[];
}

/** All transitions from one state to another, as a reader sees them: one arrow, whatever the number of its events. */
export interface Arrow {
  readonly source: string;
  readonly target: string;
  /** `handler.returned`, or with a guard `settlement.stored [hasNext]`. Events with the same guard are in one label. */
  readonly labels: readonly string[];
}

/** One arrow for each pair of states with a transition between them. Reactions that stay in their state have none. */
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

/** A state and all states in it, in the order of the definition. */
export function statesWithin(state: ChartState): readonly ChartState[] {
  return [state, ...state.states.flatMap(statesWithin)];
}

/** The transitions of a state and of all states in it. */
export function transitionsWithin(state: ChartState): readonly ChartTransition[] {
  return statesWithin(state).flatMap(({ transitions }) => transitions);
}

function labelsOf(transitions: readonly ChartTransition[]): readonly string[] {
  const triggers = new Map<string | undefined, Set<string>>();
  for (const { guard, trigger } of transitions) triggers.set(guard, (triggers.get(guard) ?? new Set()).add(trigger));
  return [...triggers].map(([guard, names]) => [...names].join(', ') + (guard === undefined ? '' : ` [${guard}]`));
}

/** The dotted name of each state by its id, such as `processing.handling`, as reports have it; the machine's own node has none. */
export function dottedStates({ root }: Chart): ReadonlyMap<string, string> {
  const named = (state: ChartState, around: string): readonly (readonly [string, string])[] => {
    const name = around === '' ? state.name : `${around}.${state.name}`;
    return [[state.id, name], ...state.states.flatMap((child) => named(child, name))];
  };
  return new Map(root.states.flatMap((state) => named(state, '')));
}

/**
 * Reads a chart from data that came from elsewhere: from a worker of another version, or from any other client of the server.
 *
 * Returns undefined for data that are no chart; never throws. Fields that a chart does not have are left out.
 */
export function readChart(data: unknown): Chart | undefined {
  const { id, root } = fields(data);
  const state = stateIn(root, 0);
  return typeof id === 'string' && state ? { id, root: state } : undefined;
}

/** Deeper than any machine; a stack overflows some thousands of levels later. */
const DEEPEST = 50;

function stateIn(data: unknown, depth: number): ChartState | undefined {
  const { id, name, kind, description, initial, transitions, states } = fields(data);
  const within = depth > DEEPEST ? undefined : listOf(states, (state) => stateIn(state, depth + 1));
  const leaving = listOf(transitions, transitionIn);
  const initialIds = listOf(initial, textIn);
  const isState = typeof id === 'string' && typeof name === 'string' && isKind(kind);
  if (!isState || !within || !leaving || !initialIds) return undefined;
  return {
    id,
    name,
    kind,
    description: textIn(description),
    initial: initialIds,
    transitions: leaving,
    states: within,
  };
}

function transitionIn(data: unknown): ChartTransition | undefined {
  const { source, targets, trigger, guard, actions } = fields(data);
  const ids = listOf(targets, textIn);
  const names = listOf(actions, textIn);
  if (typeof source !== 'string' || typeof trigger !== 'string' || !ids || !names) return undefined;
  return { source, targets: ids, trigger, guard: textIn(guard), actions: names };
}

/** All or nothing: half a list would draw another chart. */
function listOf<Item>(data: unknown, read: (item: unknown) => Item | undefined): readonly Item[] | undefined {
  if (!Array.isArray(data)) return undefined;
  const items = data.map(read);
  return items.every((item) => item !== undefined) ? items : undefined;
}

function textIn(data: unknown): string | undefined {
  return typeof data === 'string' ? data : undefined;
}

const KINDS = ['atomic', 'compound', 'parallel', 'final', 'history'] as const;

function isKind(kind: unknown): kind is ChartState['kind'] {
  return KINDS.some((known) => known === kind);
}

function fields(data: unknown): Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null ? { ...data } : {};
}
