// Prints a chart as Mermaid, which GitHub and most documentation sites draw.
import { arrowsBetween, statesWithin, transitionsWithin, type Arrow, type Chart, type ChartState } from './chart.js';

/**
 * The chart as a Mermaid `stateDiagram-v2`, with a line feed at the end. The same chart always gives the same text.
 *
 * All transitions from one state to another are one arrow, whatever the number of their events. Descriptions, actions, and reactions
 * that stay in their state are left out: they are in the chart, and would hide the arrows.
 */
export function mermaid(chart: Chart): string {
  const { root } = chart;
  const drawing: Drawing = { names: nameStates(root), arrows: arrowsByParent(chart) };
  const isBoxed = root.kind === 'parallel' || drawing.arrows.has(OUTSIDE);
  const lines = isBoxed ? [...linesOf(root, drawing), ...arrowLines(OUTSIDE, drawing)] : linesWithin(root, drawing);
  return ['stateDiagram-v2', ...lines.map(indented), ''].join('\n');
}

interface Drawing {
  /** The name of each state in the text, by id. */
  readonly names: ReadonlyMap<string, string>;
  /** Arrows by the id of the state in which they are written: Mermaid expects the innermost one around both ends. */
  readonly arrows: ReadonlyMap<string, readonly Arrow[]>;
}

function linesWithin(state: ChartState, drawing: Drawing): readonly string[] {
  const { names } = drawing;
  const separator = state.kind === 'parallel' ? ['--'] : [];
  return [
    ...state.initial.map((id) => `[*] --> ${names.get(id)}`),
    ...state.states.flatMap((child, i) => [...(i > 0 ? separator : []), ...linesOf(child, drawing)]),
    ...arrowLines(state.id, drawing),
    ...state.states.filter(({ kind }) => kind === 'final').map(({ id }) => `${names.get(id)} --> [*]`),
  ];
}

function linesOf(state: ChartState, drawing: Drawing): readonly string[] {
  const name = drawing.names.get(state.id);
  const declaration = name === state.name ? name : `"${escapeText(state.name)}" as ${name}`;
  if (state.states.length === 0) return [name === state.name ? declaration : `state ${declaration}`];
  return [`state ${declaration} {`, ...linesWithin(state, drawing).map(indented), '}'];
}

function arrowLines(parentId: string, { names, arrows }: Drawing): readonly string[] {
  return (arrows.get(parentId) ?? []).map(
    ({ source, target, labels }) =>
      `${names.get(source)} --> ${names.get(target)} : ${labels.map(escapeText).join('<br/>')}`,
  );
}

function indented(line: string): string {
  return `  ${line}`;
}

/** The key of arrows that have no state around them. */
const OUTSIDE = '';

/** The arrows of a chart by the id of the innermost state around both ends; not a parallel state, whose regions they would cross. */
function arrowsByParent({ root }: Chart): ReadonlyMap<string, readonly Arrow[]> {
  const chains = chainsOf(root);
  const byParent = new Map<string, Arrow[]>();
  for (const arrow of separated(arrowsBetween(transitionsWithin(root)), root)) {
    const parent = parentOf(chains.get(arrow.source) ?? [], chains.get(arrow.target) ?? []);
    byParent.set(parent, [...(byParent.get(parent) ?? []), arrow]);
  }
  return byParent;
}

type Chain = readonly ChartState[];

/** The states around each state, from the outermost to its parent, by its id. */
function chainsOf(state: ChartState, around: Chain = []): ReadonlyMap<string, Chain> {
  const within = state.states.flatMap((child) => [...chainsOf(child, [...around, state])]);
  return new Map([[state.id, around], ...within]);
}

function parentOf(source: Chain, target: Chain): string {
  const shared = source.filter((state, depth) => state === target[depth] && state.kind !== 'parallel');
  return shared.at(-1)?.id ?? OUTSIDE;
}

/**
 * Mermaid draws both arrows between two boxes on one line, with their labels on top of each other. So the arrow back leads to the
 * initial state of its box, which means the same.
 */
function separated(arrows: readonly Arrow[], root: ChartState): readonly Arrow[] {
  const states = new Map(statesWithin(root).map((state) => [state.id, state]));
  const firstOf = (id: string): string => {
    const [first] = states.get(id)?.initial ?? [];
    return first === undefined ? id : firstOf(first);
  };
  return arrows.map((arrow, at) => {
    const isArrowBack = arrows
      .slice(0, at)
      .some(({ source, target }) => source === arrow.target && target === arrow.source);
    return isArrowBack ? { ...arrow, target: firstOf(arrow.target) } : arrow;
  });
}

/**
 * A name for each state, by its id: its own name, or with its parents' before it: `processing_handling`. In Mermaid's text names are
 * global, and some words are reserved.
 */
function nameStates(root: ChartState): ReadonlyMap<string, string> {
  const names = new Map([[root.id, plain(root.name)]]);
  const taken = new Set(RESERVED);
  const nameChildren = ({ states }: ChartState, parents: readonly string[]) => {
    for (const state of states) {
      const path = [...parents, plain(state.name)];
      names.set(state.id, claim(path.join('_'), taken));
      nameChildren(state, path);
    }
  };
  nameChildren(root, []);
  return names;
}

/** Text that Mermaid shows as it is: characters with a meaning are written as their numbers. */
function escapeText(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} .,()[\]_/'-]/gu, (sign) => `#${sign.codePointAt(0)};`);
}

/** Words that begin a statement of Mermaid's, which cannot name a state. */
const RESERVED = [
  'state',
  'note',
  'end',
  'default',
  'direction',
  'class',
  'classDef',
  'style',
  'scale',
  'as',
  'hide',
  'click',
  'href',
  'root',
];

function plain(name: string): string {
  return name.replaceAll(/\W/g, '_');
}

function claim(name: string, taken: Set<string>): string {
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${name}_${number}`;
  taken.add(free);
  return free;
}
