// Paints the swimlanes again and again, outside React: time goes on while nothing else changes. On a canvas, since a thousand
// elements that change ten times a second would be too many.
import { lostForMs } from '../live/live-fleet.js';
import { liveStore } from '../live/store.js';
import { palette } from '../theme/palette.js';
import { prefersReducedMotion } from '../theme/preferences.js';
import { drawSpans, drawStrip } from './draw-bars.js';
import { drawAxis, drawEnd, drawTexts, fitted } from './draw-text.js';
import type { ConsumerRow, GroupRow, LaneRow } from './lane-rows.js';
import { columnsOf, rowHeightAt, visibleRows, type LaneSheet } from './lane-view.js';

export interface Scene {
  readonly rows: readonly LaneRow[];
  readonly rangeMs: number;
  readonly active: string | undefined;
}

/** The lanes move by some pixels a second: painting more often would cost time and not be visible. */
const everyMs = 33;
const stillEveryMs = 1_000;

/** Returns a function that stops it. */
export function startPainting(canvas: HTMLCanvasElement, frame: HTMLElement, scene: { readonly current: Scene }) {
  const context = canvas.getContext('2d');
  let request = 0;
  let lastMs = 0;
  let drawn: Scene | undefined;
  let scrolled = 0;
  const paint = (atMs: number) => {
    request = requestAnimationFrame(paint);
    const isSame = drawn === scene.current && scrolled === frame.scrollTop;
    if (context === null || (isSame && atMs - lastMs < (prefersReducedMotion() ? stillEveryMs : everyMs))) return;
    [lastMs, drawn, scrolled] = [atMs, scene.current, frame.scrollTop];
    fit(canvas, context);
    const { rows, rangeMs, active } = scene.current;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const view = { width, height, scrollTop: frame.scrollTop, rangeMs, nowMs: liveStore.fleet.nowMs() };
    drawLanes({ context, palette: palette(), view }, rows, active);
  };
  request = requestAnimationFrame(paint);
  return () => cancelAnimationFrame(request);
}

/** Gives the canvas as many pixels as the screen has for it. */
function fit(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D): void {
  const scale = window.devicePixelRatio;
  const [width, height] = [Math.round(canvas.clientWidth * scale), Math.round(canvas.clientHeight * scale)];
  if (canvas.width === width && canvas.height === height) return;
  canvas.width = width;
  canvas.height = height;
  context.setTransform(scale, 0, 0, scale, 0, 0);
}

const family = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

/** @param active - the key of the row that the pointer or the keyboard is on. */
function drawLanes(sheet: LaneSheet, rows: readonly LaneRow[], active: string | undefined): void {
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

/** A lost consumer fades, so that a person sees what happened. */
function opacityOf({ consumer }: ConsumerRow, nowMs: number): number {
  const { ended } = consumer.worker;
  return ended === undefined ? 1 : Math.max(0.12, 1 - (nowMs - ended.atMs) / lostForMs);
}

function drawConsumer(sheet: LaneSheet, row: ConsumerRow, top: number): void {
  drawSpans(sheet, row, top);
  drawTexts(sheet, row, top);
}

function drawGroup(sheet: LaneSheet, row: GroupRow, top: number): void {
  const { context, palette, view } = sheet;
  const { barLeft, textY, isNarrow } = columnsOf(view.width);
  const y = top + textY;
  context.textAlign = 'left';
  context.fillStyle = palette.text;
  const width = isNarrow ? view.width / 2 : barLeft - 10;
  context.fillText(fitted(context, `${row.isOpen ? '▾' : '▸'} ${row.name}`, width), 0, y);
  drawStrip(sheet, row, top);
  const text = row.stuck === 0 ? `${row.consumers} consumers` : `▲ ${row.stuck} of ${row.consumers} stuck`;
  drawEnd(sheet, text, { y, colour: row.stuck === 0 ? palette.dim : palette.alarm });
}
