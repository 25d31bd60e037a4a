// Where things are on the swimlane's canvas. Units are CSS pixels.

export interface LaneView {
  readonly width: number;
  readonly height: number;
  readonly scrollTop: number;
  /** How far back the lanes reach. */
  readonly rangeMs: number;
  readonly nowMs: number;
}

export const axisHeight = 22;
/** Below this a lane has its words above its bar. */
const narrow = 620;
/** From here on there is room for all words of a job. */
const wide = 1_000;

/** Where a lane has its words and its bar. */
export interface LaneColumns {
  readonly isNarrow: boolean;
  /** The middles of its two lines, from its top; the same where all stands in one. */
  readonly wordsY: number;
  readonly barY: number;
  readonly process: LanePlace;
  readonly consumer: LanePlace;
  readonly barLeft: number;
  readonly barRight: number;
  readonly state: LanePlace;
  /** Stands beside the bar. */
  readonly job: LanePlace;
}

/** Words in it are cut to its width. */
export interface LanePlace {
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
    wordsY: middle,
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
    wordsY: 12,
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

/** The numbers of the rows to be seen, the first and one past the last. */
export function visibleRows({ scrollTop, height, width }: LaneView, rows: number): readonly [number, number] {
  const rowHeight = rowHeightAt(width);
  return [Math.floor(scrollTop / rowHeight), Math.min(rows, Math.ceil((scrollTop + height - axisHeight) / rowHeight))];
}
