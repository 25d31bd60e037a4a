// Prints a chart as Mermaid, which GitHub and most documentation sites draw.
import type { Arrow } from '../model/arrow.js';
import type { Chart, ChartState } from '../model/chart.js';
import { arrowsByPlace, OUTSIDE } from './arrow-places.js';
import { escapeText, nameStates } from './mermaid-names.js';

/**
 * The chart as a Mermaid `stateDiagram-v2`, with a line feed at the end. The same chart always gives the same text.
 *
 * What leads from one state to another is one arrow, whatever the number of its events. Descriptions, actions, and
 * reactions that leave a state as it is are left out: they are in the chart, and would bury the arrows.
 */
export function mermaid(chart: Chart): string {
  const { root } = chart;
  const drawing: Drawing = { names: nameStates(root), arrows: arrowsByPlace(chart) };
  const isBoxed = root.kind === 'parallel' || drawing.arrows.has(OUTSIDE);
  const lines = isBoxed ? [...linesOf(root, drawing), ...arrowLines(OUTSIDE, drawing)] : linesWithin(root, drawing);
  return ['stateDiagram-v2', ...lines.map(indented), ''].join('\n');
}

interface Drawing {
  /** What each state is called in the text, by id. */
  readonly names: ReadonlyMap<string, string>;
  /** What is drawn within which state, by its id: Mermaid wants an arrow in the innermost state around both its ends. */
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

function arrowLines(place: string, { names, arrows }: Drawing): readonly string[] {
  return (arrows.get(place) ?? []).map(
    ({ source, target, labels }) =>
      `${names.get(source)} --> ${names.get(target)} : ${labels.map(escapeText).join('<br/>')}`,
  );
}

function indented(line: string): string {
  return `  ${line}`;
}
