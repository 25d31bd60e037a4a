// One consumer's line: each stay in a state as a bar. Its colour says which state, and so does its height.
import type { Stay } from '../live/live-consumer.js';
import { toneOf, type Tone } from '../theme/tones.js';
import type { LaneSheet } from './lane-sheet.js';
import { hatch } from './hatch.js';
import type { ConsumerRow } from './lane-rows.js';
import { columnsOf, xOf } from './lane-view.js';

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
/** A stay that is shorter than this many pixels is drawn so wide, or acks could not be seen. */
const thinnest = 1.5;

export function drawStays(sheet: LaneSheet, { consumer, isStuck }: ConsumerRow, top: number): void {
  const { view } = sheet;
  const { barLeft, barRight, barY } = columnsOf(view.width);
  const { stays } = consumer;
  // Of a process that says nothing any more, nobody knows what it does now.
  let right = Math.min(barRight, xOf(consumer.worker.asOfMs(view.nowMs), view));
  for (let index = stays.length - 1; index >= 0 && right > barLeft; index--) {
    const stay = stays[index];
    if (stay === undefined) break;
    const left = Math.max(barLeft, xOf(stay.sinceMs, view));
    const isLast = index === stays.length - 1;
    // Many within one pixel: the later ones have drawn it.
    if (right - left < 0.4 && !isLast) continue;
    drawStay(sheet, stay, {
      left: Math.min(left, right - thinnest),
      right,
      middle: top + barY,
      isMarked: isLast && isStuck,
    });
    right = Math.min(right, left);
  }
}

interface StayPlace {
  readonly left: number;
  readonly right: number;
  readonly middle: number;
  readonly isMarked: boolean;
}

function drawStay({ context, palette }: LaneSheet, stay: Stay, { left, right, middle, isMarked }: StayPlace): void {
  const tone = toneOf(stay.state);
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
