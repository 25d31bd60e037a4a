// The bars of the swimlanes: of a consumer, one for each span in a state, whose colour and height show which; of a group, its consumers'
// shares of the states over time.
import { sampleMs, type Shares } from '../live/history.js';
import type { LiveWorker, StateSpan } from '../live/live-worker.js';
import { toneOf, tones, type Tone } from '../theme/palette.js';
import type { ConsumerRow, GroupRow } from './lane-rows.js';
import { columnsOf, xOf, type LaneSheet } from './lane-view.js';

const heights: Readonly<Record<Tone, number>> = {
  idle: 2,
  fetching: 6,
  processing: 12,
  acking: 12,
  rejecting: 14,
  lost: 14,
  other: 8,
};
const gap = 1;
/** A shorter span is drawn this many pixels wide: otherwise acks would not be visible. */
const thinnest = 1.5;

export function drawSpans(sheet: LaneSheet, { consumer, isStuck }: ConsumerRow, top: number): void {
  const { view } = sheet;
  const { barLeft, barRight, barY } = columnsOf(view.width);
  const { spans } = consumer;
  // What a quiet process does now is not known: its bar ends at what is.
  let right = Math.min(barRight, xOf(consumer.worker.asOfMs(view.nowMs), view));
  for (let index = spans.length - 1; index >= 0 && right > barLeft; index--) {
    const span = spans[index];
    if (span === undefined) break;
    const left = Math.max(barLeft, xOf(span.sinceMs, view));
    const isLast = index === spans.length - 1;
    // Of many spans within one pixel, the latest is drawn.
    if (right - left < 0.4 && !isLast) continue;
    drawSpan(sheet, span, {
      left: Math.min(left, right - thinnest),
      right,
      middle: top + barY,
      isMarked: isLast && isStuck,
    });
    right = Math.min(right, left);
  }
}

interface SpanBox {
  readonly left: number;
  readonly right: number;
  readonly middle: number;
  readonly isMarked: boolean;
}

function drawSpan({ context, palette }: LaneSheet, span: StateSpan, { left, right, middle, isMarked }: SpanBox): void {
  const tone = toneOf(span.state);
  const height = heights[tone];
  const y = middle - height / 2;
  const width = Math.max(thinnest, right - left - gap);
  context.fillStyle =
    tone === 'rejecting' || tone === 'lost' ? hatch(context, palette.tones[tone]) : palette.tones[tone];
  context.fillRect(left, y, width, height);
  if (!isMarked) return;
  context.strokeStyle = palette.alarm;
  context.lineWidth = 1.5;
  context.strokeRect(left + 0.75, y - 1.25, Math.max(1, width - 1.5), height + 2.5);
}

const stripHeight = 16;
/** From the bottom up: consumers at work below, those that wait on top. */
const stack: readonly Tone[] = ['processing', 'acking', 'rejecting', 'fetching', 'lost', 'other', 'idle'];

/** The row of a process or a host: for each sample a column of the shares. */
export function drawStrip(sheet: LaneSheet, { workers }: GroupRow, top: number): void {
  const { context, palette, view } = sheet;
  const { barLeft, barRight, barY } = columnsOf(view.width);
  const bottom = top + barY + stripHeight / 2;
  for (const { atMs, counts, total } of joined(workers, view.nowMs - view.rangeMs)) {
    const left = Math.max(barLeft, xOf(atMs, view));
    const width = Math.min(barRight, xOf(atMs + sampleMs, view) + 0.5) - left;
    if (width <= 0 || total === 0) continue;
    let y = bottom;
    for (const tone of stack) {
      const height = ((counts.get(tone) ?? 0) / total) * stripHeight;
      y -= height;
      context.globalAlpha = tone === 'idle' ? 0.3 : 0.9;
      context.fillStyle = palette.tones[tone];
      context.fillRect(left, y, width, height);
    }
  }
  context.globalAlpha = 1;
}

/** All processes are sampled at the same times: the samples of a host's processes are added from the last one back. */
function joined(workers: readonly LiveWorker[], fromMs: number): readonly Shares[] {
  const [longest, ...others] = workers
    .map(({ shares }) => shares.samples)
    .toSorted((left, right) => right.length - left.length);
  if (longest === undefined) return [];
  return longest
    .map((sample, index) =>
      others.reduce((sum, samples) => added(sum, samples[index - longest.length + samples.length]), sample),
    )
    .filter(({ atMs }) => atMs >= fromMs - sampleMs);
}

function added(sum: Shares, more: Shares | undefined): Shares {
  if (more === undefined) return sum;
  const counts = new Map(tones.map((tone) => [tone, (sum.counts.get(tone) ?? 0) + (more.counts.get(tone) ?? 0)]));
  return { atMs: sum.atMs, counts, total: sum.total + more.total };
}

const known = new Map<string, CanvasPattern>();
const side = 6;

/** The colour with stripes, for states that must differ from others without colours. */
function hatch(context: CanvasRenderingContext2D, colour: string): CanvasPattern | string {
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
