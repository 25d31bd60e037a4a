// From ELK's points to an SVG path.
import type { ElkEdgeSection, ElkPoint } from 'elkjs';

/** The `d` of a path along the section, in the direction of the arrow. */
export function curve({ startPoint, bendPoints = [], endPoint }: ElkEdgeSection, isTurned: boolean): string {
  const along = [startPoint, ...bendPoints, endPoint];
  const [start, ...rest] = isTurned ? along.reverse() : along;
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

/** Tenths of a pixel: nobody sees less, and the text of a drawing stays the same from one machine to another. */
export function rounded(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
