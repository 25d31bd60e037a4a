// Draws the swimlane: on a canvas, since a thousand elements that change ten times a second are too many.
import { lostForMs } from '../live/fleet-model.js';
import { drawAxis } from './draw-axis.js';
import { drawEnd, drawNow } from './draw-now.js';
import { drawStays } from './draw-stays.js';
import { drawStrip } from './draw-strip.js';
import { fitted } from './fitted.js';
import type { ConsumerRow, GroupRow, LaneRow } from './lane-rows.js';
import type { LaneSheet } from './lane-sheet.js';
import { columnsOf, rowHeightAt, visibleRows } from './lane-view.js';

const family = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/** @param active - the key of the row that the pointer or the keyboard is on. */
export function drawLanes(sheet: LaneSheet, rows: readonly LaneRow[], active: string | undefined): void {
  const { context, palette, view } = sheet;
  context.clearRect(0, 0, view.width, view.height);
  context.font = `${palette.labelPx}px ${family}`;
  context.textBaseline = 'middle';
  const rowHeight = rowHeightAt(view.width);
  const [first, end] = visibleRows(view, rows.length);
  rows.slice(first, end).forEach((row, index) => {
    const top = (first + index) * rowHeight - view.scrollTop;
    if (row.key === active) {
      context.fillStyle = palette.line;
      context.globalAlpha = 0.6;
      context.fillRect(0, top, view.width, rowHeight);
    }
    context.globalAlpha = row.kind === 'consumer' ? opacityOf(row, view.nowMs) : 1;
    if (row.kind === 'consumer') drawConsumer(sheet, row, top);
    else drawGroup(sheet, row, top);
    context.globalAlpha = 1;
  });
  drawAxis(sheet);
}

/** A lost consumer goes slowly, so that a person sees what happened. */
function opacityOf({ consumer }: ConsumerRow, nowMs: number): number {
  const { ended } = consumer.worker;
  return ended === undefined ? 1 : Math.max(0.12, 1 - (nowMs - ended.atMs) / lostForMs);
}

function drawConsumer(sheet: LaneSheet, row: ConsumerRow, top: number): void {
  drawStays(sheet, row, top);
  drawNow(sheet, row, top);
}

function drawGroup(sheet: LaneSheet, row: GroupRow, top: number): void {
  const { context, palette, view } = sheet;
  const { barLeft, wordsY, isNarrow } = columnsOf(view.width);
  const y = top + wordsY;
  context.textAlign = 'left';
  context.fillStyle = palette.text;
  const width = isNarrow ? view.width / 2 : barLeft - 10;
  context.fillText(fitted(context, `${row.isOpen ? '▾' : '▸'} ${row.name}`, width), 0, y);
  drawStrip(sheet, row, top);
  const words = row.stuck === 0 ? `${row.consumers} consumers` : `▲ ${row.stuck} of ${row.consumers} stuck`;
  drawEnd(sheet, words, { y, colour: row.stuck === 0 ? palette.dim : palette.alarm });
}
