// Takes a chart that came from elsewhere: from a worker of another version, or from whoever writes to the same Redis.
import type { Chart, ChartState, ChartTransition } from '../model/chart.js';

/** The chart that the data hold; undefined when they hold none. Never throws. What is more than a chart has is left out. */
export function readChart(data: unknown): Chart | undefined {
  const { id, root } = fields(data);
  const state = stateIn(root, 0);
  return typeof id === 'string' && state ? { id, root: state } : undefined;
}

/** Deeper than anybody draws; a stack overflows some thousands of levels later. */
const DEEPEST = 50;

function stateIn(data: unknown, depth: number): ChartState | undefined {
  const { id, name, kind, description, initial, transitions, states } = fields(data);
  const within = depth > DEEPEST ? undefined : listOf(states, (state) => stateIn(state, depth + 1));
  const ways = listOf(transitions, transitionIn);
  const begins = listOf(initial, textIn);
  const isState = typeof id === 'string' && typeof name === 'string' && isKind(kind);
  if (!isState || !within || !ways || !begins) return undefined;
  return { id, name, kind, description: textIn(description), initial: begins, transitions: ways, states: within };
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
