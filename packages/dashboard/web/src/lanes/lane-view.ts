// Where things are on the swimlanes' canvas. Units are CSS pixels.
import type { Palette } from '../theme/palette.js';

export interface LaneView {
  readonly width: number;
  readonly height: number;
  readonly scrollTop: number;
  /** How far back the lanes reach. */
  readonly rangeMs: number;
  readonly nowMs: number;
}

export const axisHeight = 22;
/** Below this width a lane has its texts above its bar. */
const narrow = 620;
/** From this width on there is room for a job's whole name. */
const wide = 1_000;

/** Where a lane has its texts and its bar. */
export interface LaneColumns {
  readonly isNarrow: boolean;
  /** The middles of its two lines, from its top; the same where all is in one. */
  readonly textY: number;
  readonly barY: number;
  readonly process: LaneColumn;
  readonly consumer: LaneColumn;
  readonly barLeft: number;
  readonly barRight: number;
  readonly state: LaneColumn;
  /** Beside the bar. */
  readonly job: LaneColumn;
}

/** Text in it is cut to its width. */
export interface LaneColumn {
  readonly left: number;
  readonly width: number;
}

export function columnsOf(width: number): LaneColumns {
  if (width < narrow) return columnsInTwoLines(width);
  const [process, consumer, state, job] = width < wide ? [92, 88, 78, 190] : [112, 118, 84, 260];
  const jobLeft = width - timeWidth - job;
  const stateLeft = jobLeft - gap - state;
  const middle = rowHeightAt(width) / 2;
  return {
    isNarrow: false,
    textY: middle,
    barY: middle,
    process: { left: 0, width: process },
    consumer: { left: process + gap, width: consumer },
    barLeft: process + consumer + 2 * gap,
    barRight: stateLeft - gap,
    state: { left: stateLeft, width: state },
    job: { left: jobLeft, width: job },
  };
}

const gap = 10;
const timeWidth = 74;

function columnsInTwoLines(width: number): LaneColumns {
  const [state, job, consumer] = [76, 160, 84];
  const stateLeft = width - timeWidth - state;
  return {
    isNarrow: true,
    textY: 12,
    barY: 29,
    process: { left: consumer + gap, width: stateLeft - consumer - 2 * gap },
    consumer: { left: 0, width: consumer },
    barLeft: 0,
    barRight: width - job - gap,
    state: { left: stateLeft, width: state },
    job: { left: width - job, width: job },
  };
}

export function rowHeightAt(width: number): number {
  return width < narrow ? 42 : 22;
}

export function xOf(atMs: number, { width, rangeMs, nowMs }: LaneView): number {
  const { barLeft, barRight } = columnsOf(width);
  return barRight - ((nowMs - atMs) / rangeMs) * (barRight - barLeft);
}

export function timeAt(x: number, { width, rangeMs, nowMs }: LaneView): number {
  const { barLeft, barRight } = columnsOf(width);
  return nowMs - ((barRight - x) / (barRight - barLeft)) * rangeMs;
}

export function rowAt(y: number, { scrollTop, width }: LaneView): number {
  return Math.floor((y + scrollTop) / rowHeightAt(width));
}

/** The numbers of the visible rows: of the first, and of the one after the last. */
export function visibleRows({ scrollTop, height, width }: LaneView, rows: number): readonly [number, number] {
  const rowHeight = rowHeightAt(width);
  return [Math.floor(scrollTop / rowHeight), Math.min(rows, Math.ceil((scrollTop + height - axisHeight) / rowHeight))];
}

/** Two workers of eight consumers: as many are visible at once, however small the screen is. */
const least = 16;

/** How many rows a screen has room for. @param besidesPx - the height of what else is visible, in CSS pixels. */
export function rowsThatFit(besidesPx: number): number {
  return Math.max(least, Math.floor((window.innerHeight - besidesPx) / rowHeightAt(window.innerWidth)));
}

/** What the swimlanes are drawn on, and with. */
export interface LaneSheet {
  readonly context: CanvasRenderingContext2D;
  readonly palette: Palette;
  readonly view: LaneView;
}
