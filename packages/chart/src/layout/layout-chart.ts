// Lays a chart out: gives every state a box and every arrow a path.
import type { ElkEdgeSection, ElkExtendedEdge, ElkNode, ElkPoint } from 'elkjs';
import type { Chart } from '../chart.js';
import { withDefaults, type ArrowPath, type ChartLayout, type LayoutOptions, type StateBox } from './chart-layout.js';
import { elkGraph, type GraphArrow } from './elk-graph.js';
import { foldedChart, type ShownState } from './folded-chart.js';
import { labelLines } from './sizes.js';

/**
 * The chart laid out: in the order of its definition, compound states as boxes around the states in them, one curve for each pair of
 * states with a transition between them.
 *
 * The same chart always gets the same layout. Takes some tenths of a second the first time, when the layout library is loaded,
 * and some tens of milliseconds from then on.
 * @example
 * const { states, arrows } = await layoutChart(chartOf(machine), { open: [] });
 */
export async function layoutChart(chart: Chart, options: LayoutOptions = {}): Promise<ChartLayout> {
  const full = withDefaults(options);
  const folded = foldedChart(chart, full);
  const { root, arrows } = elkGraph(folded, full);
  const laidOut = await runElk(root);
  const nodes = new Map(nodesWithin(laidOut).map((node) => [node.id, node]));
  const edges = new Map((laidOut.edges ?? []).map((edge) => [edge.id, edge]));
  const names = new Map(folded.states.map(({ state, dotted }) => [state.id, dotted]));
  return {
    width: Math.ceil(laidOut.width ?? 0),
    height: Math.ceil(laidOut.height ?? 0),
    states: folded.states.map((shown) => stateBox(shown, nodes.get(shown.state.id), names)),
    arrows: arrows.map((arrow, number) =>
      arrow.isBeside ? straight(arrow, nodes, names) : arrowPath(arrow, edges.get(String(number)), names),
    ),
  };
}

/** ELK is a megabyte of code translated from Java: it is loaded only for a layout, not to print Mermaid. */
async function runElk(root: ElkNode): Promise<ElkNode> {
  const { default: elk } = await import('elkjs');
  return new elk.default().layout(root);
}

function nodesWithin(node: ElkNode): readonly ElkNode[] {
  return [node, ...(node.children ?? []).flatMap(nodesWithin)];
}

type Names = ReadonlyMap<string, string>;

function stateBox({ state, dotted, parent, isInitial, isOpen }: ShownState, node: ElkNode | undefined, names: Names) {
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
  } satisfies StateBox;
}

function arrowPath(arrow: GraphArrow, edge: ElkExtendedEdge | undefined, names: Names): ArrowPath {
  const [section] = edge?.sections ?? [];
  const { x = 0, y = 0 } = edge?.labels?.[0] ?? {};
  return {
    from: names.get(arrow.source) ?? '',
    to: names.get(arrow.target) ?? '',
    labels: labelLines(arrow.labels),
    path: section ? curve(section, arrow.isReversed) : '',
    labelX: rounded(x),
    labelY: rounded(y),
  };
}

/** From one box to the next one above, below or beside it. */
function straight(arrow: GraphArrow, nodes: ReadonlyMap<string, ElkNode>, names: Names): ArrowPath {
  const [from, to] = [boxOf(nodes.get(arrow.source)), boxOf(nodes.get(arrow.target))];
  const [start, end] = facing(from, to);
  return {
    from: names.get(arrow.source) ?? '',
    to: names.get(arrow.target) ?? '',
    labels: labelLines(arrow.labels),
    path: `M${at(start)}L${at(end)}`,
    labelX: rounded(start.x + 3),
    labelY: rounded(Math.min(start.y, end.y)),
  };
}

type Box = Record<'x' | 'y' | 'width' | 'height', number>;

function boxOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box> = {}): Box {
  return { x, y, width, height };
}

/** The middles of the edges that face each other, in the middle of what they share. */
function facing(from: Box, to: Box): readonly [ElkPoint, ElkPoint] {
  const [left, right] = [Math.max(from.x, to.x), Math.min(from.x + from.width, to.x + to.width)];
  if (left < right) {
    const x = (left + right) / 2;
    return from.y < to.y
      ? [
          { x, y: from.y + from.height },
          { x, y: to.y },
        ]
      : [
          { x, y: from.y },
          { x, y: to.y + to.height },
        ];
  }
  const y = (Math.max(from.y, to.y) + Math.min(from.y + from.height, to.y + to.height)) / 2;
  return from.x < to.x
    ? [
        { x: from.x + from.width, y },
        { x: to.x, y },
      ]
    : [
        { x: from.x, y },
        { x: to.x + to.width, y },
      ];
}

/** The `d` of an SVG path along ELK's points, in the direction of the arrow. */
function curve({ startPoint, bendPoints = [], endPoint }: ElkEdgeSection, isReversed: boolean): string {
  const along = [startPoint, ...bendPoints, endPoint];
  const [start, ...rest] = isReversed ? along.reverse() : along;
  return start === undefined ? '' : `M${at(start)}${pieces(rest).map(piece).join('')}`;
}

/** ELK's splines are cubic: two control points and an end; what is left over at the end is a simpler curve. */
function pieces(points: readonly ElkPoint[]): readonly (readonly ElkPoint[])[] {
  return points.length === 0 ? [] : [points.slice(0, 3), ...pieces(points.slice(3))];
}

function piece(points: readonly ElkPoint[]): string {
  return `${'LQC'[points.length - 1]}${points.map(at).join(' ')}`;
}

function at({ x, y }: ElkPoint): string {
  return `${rounded(x)} ${rounded(y)}`;
}

/** Tenths of a pixel: less cannot be seen, and so a drawing has the same text on every machine. */
function rounded(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
