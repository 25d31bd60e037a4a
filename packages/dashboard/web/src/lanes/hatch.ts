// Stripes, for the states that must be told from the others without colours.

const known = new Map<string, CanvasPattern>();
const side = 6;

/** The colour, with stripes of the ground showing through. */
export function hatch(context: CanvasRenderingContext2D, colour: string): CanvasPattern | string {
  const before = known.get(colour);
  if (before !== undefined) return before;
  const pattern = context.createPattern(stripes(colour), 'repeat');
  if (pattern === null) return colour;
  known.set(colour, pattern);
  return pattern;
}

function stripes(colour: string): OffscreenCanvas {
  const tile = new OffscreenCanvas(side, side);
  const pen = tile.getContext('2d');
  if (pen === null) return tile;
  pen.fillStyle = colour;
  pen.globalAlpha = 0.45;
  pen.fillRect(0, 0, side, side);
  pen.globalAlpha = 1;
  pen.beginPath();
  for (const shift of [-side, 0, side]) {
    pen.moveTo(shift, side);
    pen.lineTo(shift + side, 0);
  }
  pen.strokeStyle = colour;
  pen.lineWidth = 2.5;
  pen.stroke();
  return tile;
}
