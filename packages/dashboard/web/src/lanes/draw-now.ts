// The words of a consumer's line: who it is, and what it does now.
import { toneOf } from '../theme/tones.js';
import { fitted } from './fitted.js';
import type { ConsumerRow } from './lane-rows.js';
import type { LaneSheet } from './lane-sheet.js';
import { columnsOf, type LanePlace } from './lane-view.js';
import { nowWords } from './now-words.js';

export function drawNow(sheet: LaneSheet, { consumer, isStuck }: ConsumerRow, top: number): void {
  const { palette, view } = sheet;
  const { process, consumer: name, state, job, wordsY, barY } = columnsOf(view.width);
  const words = nowWords(consumer, isStuck, view.nowMs);
  const isRunning = words.job !== undefined;
  const y = top + wordsY;
  drawIn(sheet, process, { text: consumer.worker.name, colour: palette.dim, y });
  drawIn(sheet, name, { text: consumer.report.consumer, colour: palette.text, y });
  drawIn(sheet, state, { text: words.state, colour: isRunning ? palette.text : palette.dim, y });
  if (words.job !== undefined) drawIn(sheet, job, { text: words.job, colour: palette.text, y: top + barY });
  const marks = `${isStuck ? '▲ ' : ''}${consumer.worker.isQuiet ? '◌ ' : ''}`;
  const isAlarming = marks !== '' || toneOf(consumer.state) === 'lost';
  drawEnd(sheet, `${marks}${words.time}`, { y, colour: isAlarming ? palette.alarm : palette.dim });
}

interface Words {
  readonly text: string;
  readonly colour: string;
  readonly y: number;
}

function drawIn({ context }: LaneSheet, { left, width }: LanePlace, { text, colour, y }: Words): void {
  context.textAlign = 'left';
  context.fillStyle = colour;
  context.fillText(fitted(context, text, width), left, y);
}

/** At the right end of a line. */
export function drawEnd({ context, view }: LaneSheet, text: string, { y, colour }: Omit<Words, 'text'>): void {
  context.textAlign = 'right';
  context.fillStyle = colour;
  context.fillText(text, view.width, y);
}
