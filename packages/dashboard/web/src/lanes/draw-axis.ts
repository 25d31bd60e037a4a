// The times below the lanes.
import type { LaneSheet } from './lane-sheet.js';
import { axisHeight, columnsOf } from './lane-view.js';

const usualParts = 4;

export function drawAxis({ context, palette, view }: LaneSheet): void {
  const { barLeft, barRight, isNarrow } = columnsOf(view.width);
  const parts = isNarrow ? 2 : usualParts;
  const y = view.height - axisHeight;
  context.clearRect(0, y, view.width, axisHeight);
  context.fillStyle = palette.dim;
  for (let part = 0; part <= parts; part++) {
    const x = barLeft + ((barRight - barLeft) * part) / parts;
    context.textAlign = alignment(part, parts);
    context.fillText(part === parts ? 'now' : ago((view.rangeMs * (parts - part)) / parts), x, y + axisHeight / 2 + 2);
  }
}

function alignment(part: number, parts: number): CanvasTextAlign {
  if (part === 0) return 'left';
  return part === parts ? 'right' : 'center';
}

function ago(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 100) return `−${Number.isInteger(seconds) ? seconds : seconds.toFixed(1)} s`;
  return `−${Number.isInteger(seconds / 60) ? seconds / 60 : (seconds / 60).toFixed(1)} min`;
}
