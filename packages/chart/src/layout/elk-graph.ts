// A chart as ELK takes it: nodes within nodes, and edges that all lead forward.
import type { ElkExtendedEdge, ElkNode } from 'elkjs';
import type { Arrow } from '../chart.js';
import type { FullLayoutOptions } from './chart-layout.js';
import type { FoldedChart, ShownState } from './folded-chart.js';
import { figureSize, labelLines, labelSize, stateSize } from './sizes.js';

/** What is given to ELK, and what is needed to read its result. */
export interface ElkGraph {
  readonly root: ElkNode;
  /** In the order of the edges. */
  readonly arrows: readonly GraphArrow[];
}

export interface GraphArrow extends Arrow {
  /** Whether the edge was reversed for the layout. */
  readonly isReversed: boolean;
}

/**
 * An arrow that leads back in the order of the definition is given reversed: so ELK, which breaks cycles at an edge of its own choice,
 * finds none, and the states come in the order in which they were written.
 */
export function elkGraph(folded: FoldedChart, options: FullLayoutOptions): ElkGraph {
  const order = new Map(folded.states.map(({ state }, position) => [state.id, position]));
  const positionOf = (id: string) => order.get(id) ?? 0;
  const arrows = folded.arrows.map((arrow) => ({
    ...arrow,
    isReversed: positionOf(arrow.source) > positionOf(arrow.target),
  }));
  const root: ElkNode = {
    id: '',
    layoutOptions: {
      ...SETTINGS,
      ...(options.labels === 'figures' ? CLOSE : {}),
      'elk.direction': options.flow === 'down' ? 'DOWN' : 'RIGHT',
    },
    children: nodesIn(undefined, folded.states),
    edges: arrows.map((arrow, number) => edgeOf(arrow, number, options)),
  };
  return { root, arrows };
}

function nodesIn(parentId: string | undefined, states: readonly ShownState[]): ElkNode[] {
  return states.filter(({ parent }) => parent?.id === parentId).map((shown) => nodeOf(shown, states));
}

function nodeOf({ state, isOpen }: ShownState, states: readonly ShownState[]): ElkNode {
  const node = { id: state.id, ...stateSize(state) };
  return isOpen ? { ...node, layoutOptions: ROOM_WITHIN, children: nodesIn(state.id, states) } : node;
}

function edgeOf(
  { source, target, labels, isReversed }: GraphArrow,
  number: number,
  options: FullLayoutOptions,
): ElkExtendedEdge {
  const [from, to] = isReversed ? [target, source] : [source, target];
  const room = options.labels === 'figures' ? figureSize : labelSize(labelLines(labels));
  return { id: String(number), sources: [from], targets: [to], labels: [{ text: labels.join('\n'), ...room }] };
}

const ROOM_WITHIN = { 'elk.padding': '[top=40,left=20,bottom=20,right=20]' };

/** With figures in place of labels the chart is narrower: it must stay readable beside other panels. */
const CLOSE = {
  'elk.layered.spacing.nodeNodeBetweenLayers': '12',
  'elk.layered.spacing.edgeNodeBetweenLayers': '8',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '8',
};

const SETTINGS = {
  'elk.algorithm': 'layered',
  // One layout for all levels: arrows cross the borders of compound states.
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'SPLINES',
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.spacing.nodeNodeBetweenLayers': '32',
  'elk.layered.spacing.edgeNodeBetweenLayers': '14',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
  'elk.spacing.nodeNode': '28',
  'elk.spacing.edgeNode': '14',
  'elk.spacing.edgeEdge': '12',
  'elk.spacing.edgeLabel': '3',
  'elk.padding': '[top=16,left=24,bottom=16,right=16]',
  'elk.json.shapeCoords': 'ROOT',
  'elk.json.edgeCoords': 'ROOT',
};
