// Paints the lanes again and again, apart from React: time moves on though nothing else does.
import { liveStore } from '../live/store.js';
import { palette } from '../theme/palette.js';
import { prefersStillness } from '../theme/stillness.js';
import { drawLanes } from './draw-lanes.js';
import type { LaneRow } from './lane-rows.js';

export interface Scene {
  readonly rows: readonly LaneRow[];
  readonly rangeMs: number;
  readonly active: string | undefined;
}

/** The lanes move by some pixels a second: more pictures would cost and not be seen. */
const everyMs = 33;
const stillEveryMs = 1_000;

/** Returns what stops it. */
export function startPainting(canvas: HTMLCanvasElement, frame: HTMLElement, scene: { readonly current: Scene }) {
  const context = canvas.getContext('2d');
  let request = 0;
  let lastMs = 0;
  let drawn: Scene | undefined;
  let scrolled = 0;
  const paint = (atMs: number) => {
    request = requestAnimationFrame(paint);
    const isSame = drawn === scene.current && scrolled === frame.scrollTop;
    if (context === null || (isSame && atMs - lastMs < (prefersStillness() ? stillEveryMs : everyMs))) return;
    [lastMs, drawn, scrolled] = [atMs, scene.current, frame.scrollTop];
    fit(canvas, context);
    const { rows, rangeMs, active } = scene.current;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const view = { width, height, scrollTop: frame.scrollTop, rangeMs, nowMs: liveStore.model.nowMs() };
    drawLanes({ context, palette: palette(), view }, rows, active);
  };
  request = requestAnimationFrame(paint);
  return () => cancelAnimationFrame(request);
}

/** Gives the canvas as many pixels as the screen has in its place. */
function fit(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D): void {
  const scale = window.devicePixelRatio;
  const [width, height] = [Math.round(canvas.clientWidth * scale), Math.round(canvas.clientHeight * scale)];
  if (canvas.width === width && canvas.height === height) return;
  canvas.width = width;
  canvas.height = height;
  context.setTransform(scale, 0, 0, scale, 0, 0);
}
