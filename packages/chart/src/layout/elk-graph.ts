// A chart as ELK takes it: nodes within nodes, and edges that all lead forward.
import type { ElkExtendedEdge, ElkNode } from 'elkjs';
import type { Arrow } from '../chart.js';
import type { FullLayoutOptions } from './chart-layout.js';
import type { FoldedChart, ShownState } from './folded-chart.js';
import { figureSize, innerSize, labelLines, labelSize, stateSize } from './sizes.js';

/** What is given to ELK, and what is needed to read its result. */
export interface ElkGraph {
  readonly root: ElkNode;
  /** The id of an edge is the number of its arrow here. */
  readonly arrows: readonly GraphArrow[];
}

export interface GraphArrow extends Arrow {
  /** Whether the edge was reversed for the layout. */
  readonly isReversed: boolean;
  /** Whether it is not in the graph: it is drawn straight between its boxes. */
  readonly isBeside: boolean;
}

/**
 * An arrow that leads back in the order of the definition is given reversed: so ELK, which breaks cycles at an edge of its own choice,
 * finds none, and the states come in the order in which they were written.
 */
export function elkGraph(folded: FoldedChart, options: FullLayoutOptions): ElkGraph {
  const order = new Map(folded.states.map(({ state }, position) => [state.id, position]));
  const positionOf = (id: string) => order.get(id) ?? 0;
  const ids = new Map(folded.states.map(({ state, dotted }) => [dotted, state.id]));
  const besides = new Set(options.beside.map((pair) => pair.map((dotted) => ids.get(dotted)).join(' ')));
  const inner = innerIds(folded);
  const arrows = folded.arrows.map((arrow) => ({
    ...arrow,
    isReversed: positionOf(arrow.source) > positionOf(arrow.target),
    isBeside: besides.has(`${arrow.source} ${arrow.target}`),
  }));
  const root: ElkNode = {
    id: '',
    layoutOptions: {
      ...SETTINGS,
      ...(options.labels === 'figures' ? CLOSE : {}),
      ...(options.inside === 'apart' ? APART : {}),
      'elk.direction': options.flow === 'down' ? 'DOWN' : 'RIGHT',
    },
    children: nodesIn(undefined, folded.states, options),
    edges: arrows.flatMap((arrow, number) => (arrow.isBeside ? [] : [edgeOf(arrow, number, { options, inner })])),
  };
  return { root, arrows };
}

/** The states in other states. */
function innerIds({ states }: FoldedChart): ReadonlySet<string> {
  return new Set(states.filter(({ parent }) => parent !== undefined).map(({ state }) => state.id));
}

function nodesIn(parentId: string | undefined, states: readonly ShownState[], options: FullLayoutOptions): ElkNode[] {
  return states
    .filter(({ parent }) => parent?.id === parentId)
    .map(({ state, isOpen, parent }) => {
      const isApart = options.inside === 'apart';
      const node = { id: state.id, ...(isApart && parent !== undefined ? innerSize(state) : stateSize(state)) };
      if (!isOpen) return node;
      const layoutOptions = isApart ? { ...SETTINGS, ...WITHIN } : ROOM_WITHIN;
      return { ...node, layoutOptions, children: nodesIn(state.id, states, options) };
    });
}

interface EdgeSettings {
  readonly options: FullLayoutOptions;
  readonly inner: ReadonlySet<string>;
}

function edgeOf({ source, target, labels, isReversed }: GraphArrow, number: number, settings: EdgeSettings) {
  const { options, inner } = settings;
  const [from, to] = isReversed ? [target, source] : [source, target];
  const edge: ElkExtendedEdge = { id: String(number), sources: [from], targets: [to] };
  // There is no room for figures between small states.
  if (options.inside === 'apart' && inner.has(source)) return edge;
  const text = labels.join('\n');
  if (options.labels === 'causes') return { ...edge, labels: [{ text, ...labelSize(labelLines(labels)) }] };
  // A rate stands where its arrow begins: there it cannot be taken for that of another.
  const layoutOptions = { 'elk.edgeLabels.placement': isReversed ? 'HEAD' : 'TAIL' };
  return { ...edge, labels: [{ text, ...figureSize, layoutOptions }] };
}

const ROOM_WITHIN = { 'elk.padding': '[top=40,left=20,bottom=20,right=20]' };

/** With figures in place of labels the chart is narrower: it must stay readable beside other panels. */
const CLOSE = {
  'elk.layered.spacing.nodeNodeBetweenLayers': '12',
  'elk.layered.spacing.edgeNodeBetweenLayers': '8',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '8',
};

/** Each open state is laid out for itself. */
const APART = { 'elk.hierarchyHandling': 'SEPARATE_CHILDREN' };

const WITHIN = {
  ...APART,
  'elk.direction': 'DOWN',
  'elk.padding': '[top=72,left=14,bottom=14,right=14]',
  'elk.layered.spacing.nodeNodeBetweenLayers': '16',
  'elk.layered.spacing.edgeNodeBetweenLayers': '8',
  'elk.spacing.nodeNode': '14',
  'elk.spacing.edgeNode': '8',
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
