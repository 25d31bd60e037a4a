// Gives every state and every arrow of a chart its place.
import type { ElkExtendedEdge, ElkNode } from 'elkjs';
import type { Chart } from '../model/chart.js';
import type { ArrowPlace, ChartLayout, StatePlace } from './chart-layout.js';
import { curve, rounded } from './curve.js';
import { elkGraph, type GraphArrow } from './elk-graph.js';
import { foldedChart, type ShownState } from './folded-chart.js';
import { labelLines } from './label-lines.js';
import { layoutWishes, type LayoutOptions } from './layout-options.js';

/**
 * The chart with places: in the order of its definition, compound states as boxes around those within, one curve for each pair
 * of states between which something leads.
 *
 * The same chart always gets the same places. Takes some tenths of a second the first time, when the layout library is loaded,
 * and some tens of milliseconds from then on.
 * @example
 * const { states, arrows } = await layoutChart(chartOf(machine), { open: [] });
 */
export async function layoutChart(chart: Chart, options: LayoutOptions = {}): Promise<ChartLayout> {
  const folded = foldedChart(chart, layoutWishes(options));
  const { root, arrows } = elkGraph(folded, layoutWishes(options));
  const placed = await placeAll(root);
  const nodes = new Map(nodesWithin(placed).map((node) => [node.id, node]));
  const names = new Map(folded.states.map(({ state, dotted }) => [state.id, dotted]));
  return {
    width: Math.ceil(placed.width ?? 0),
    height: Math.ceil(placed.height ?? 0),
    states: folded.states.map((shown) => statePlace(shown, nodes.get(shown.state.id), names)),
    arrows: arrows.map((arrow, number) => arrowPlace(arrow, placed.edges?.[number], names)),
  };
}

/** ELK is a megabyte of code translated from Java: it is loaded by whoever lays out, not by whoever prints Mermaid. */
async function placeAll(root: ElkNode): Promise<ElkNode> {
  const { default: elk } = await import('elkjs');
  return new elk.default().layout(root);
}

function nodesWithin(node: ElkNode): readonly ElkNode[] {
  return [node, ...(node.children ?? []).flatMap(nodesWithin)];
}

type Names = ReadonlyMap<string, string>;

function statePlace({ state, dotted, parent, isInitial, isOpen }: ShownState, node: ElkNode | undefined, names: Names) {
  const { x = 0, y = 0, width = 0, height = 0 } = node ?? {};
  return {
    state: dotted,
    name: state.name,
    parent: parent && names.get(parent.id),
    kind: state.kind === 'history' ? 'atomic' : state.kind,
    isInitial,
    isFolded: state.states.length > 0 && !isOpen,
    ...(state.description !== undefined && { description: state.description }),
    x: rounded(x),
    y: rounded(y),
    width: rounded(width),
    height: rounded(height),
  } satisfies StatePlace;
}

function arrowPlace(arrow: GraphArrow, edge: ElkExtendedEdge | undefined, names: Names): ArrowPlace {
  const [section] = edge?.sections ?? [];
  const { x = 0, y = 0 } = edge?.labels?.[0] ?? {};
  return {
    from: names.get(arrow.source) ?? '',
    to: names.get(arrow.target) ?? '',
    labels: labelLines(arrow.labels),
    path: section ? curve(section, arrow.isTurned) : '',
    labelX: rounded(x),
    labelY: rounded(y),
  };
}
