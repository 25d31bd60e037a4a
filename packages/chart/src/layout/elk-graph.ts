// A chart as ELK takes it: nodes within nodes, and edges that all lead forward.
import type { ElkExtendedEdge, ElkNode } from 'elkjs';
import type { Arrow } from '../model/arrow.js';
import type { FoldedChart, ShownState } from './folded-chart.js';
import { labelLines } from './label-lines.js';
import type { LayoutWishes } from './layout-options.js';
import { figureSize, labelSize, stateSize } from './sizes.js';

/** What is given to ELK, and what is needed to read its answer. */
export interface ElkGraph {
  readonly root: ElkNode;
  /** In the order of the edges. */
  readonly arrows: readonly GraphArrow[];
}

export interface GraphArrow extends Arrow {
  /** Whether the edge was turned round for the layout. */
  readonly isTurned: boolean;
}

/**
 * An arrow that leads back in the order of the definition is given turned round: so ELK, which breaks cycles at a place of its
 * own choice, finds none, and the states come in the order in which they were written.
 */
export function elkGraph(folded: FoldedChart, wishes: LayoutWishes): ElkGraph {
  const order = new Map(folded.states.map(({ state }, place) => [state.id, place]));
  const placeOf = (id: string) => order.get(id) ?? 0;
  const arrows = folded.arrows.map((arrow) => ({ ...arrow, isTurned: placeOf(arrow.source) > placeOf(arrow.target) }));
  const root: ElkNode = {
    id: '',
    layoutOptions: {
      ...SETTINGS,
      ...(wishes.labels === 'figures' ? CLOSE : {}),
      'elk.direction': wishes.flow === 'down' ? 'DOWN' : 'RIGHT',
    },
    children: nodesIn(undefined, folded.states),
    edges: arrows.map((arrow, number) => edgeOf(arrow, number, wishes)),
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
  { source, target, labels, isTurned }: GraphArrow,
  number: number,
  wishes: LayoutWishes,
): ElkExtendedEdge {
  const [from, to] = isTurned ? [target, source] : [source, target];
  const room = wishes.labels === 'figures' ? figureSize : labelSize(labelLines(labels));
  return { id: String(number), sources: [from], targets: [to], labels: [{ text: labels.join('\n'), ...room }] };
}

const ROOM_WITHIN = { 'elk.padding': '[top=40,left=20,bottom=20,right=20]' };

/** A figure is its own space: a live chart must stay readable beside other panels. */
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
