// The texts of the swimlanes: which consumer a row is for and what it does now, and the times below.
import { duration } from '../figures/format.js';
import type { LiveConsumer } from '../live/live-worker.js';
import { toneOf } from '../theme/palette.js';
import type { ConsumerRow } from './lane-rows.js';
import { axisHeight, columnsOf, type LaneColumn, type LaneSheet } from './lane-view.js';

/** The texts of a consumer's row. */
export function drawTexts(sheet: LaneSheet, { consumer, isStuck }: ConsumerRow, top: number): void {
  const { palette, view } = sheet;
  const { process, consumer: name, state, job, textY, barY } = columnsOf(view.width);
  const texts = textsOf(consumer, isStuck, view.nowMs);
  const isRunning = texts.job !== undefined;
  const y = top + textY;
  drawIn(sheet, process, { text: consumer.worker.name, colour: palette.dim, y });
  drawIn(sheet, name, { text: consumer.report.consumer, colour: palette.text, y });
  drawIn(sheet, state, { text: texts.state, colour: isRunning ? palette.text : palette.dim, y });
  if (texts.job !== undefined) drawIn(sheet, job, { text: texts.job, colour: palette.text, y: top + barY });
  const marks = `${isStuck ? '▲ ' : ''}${consumer.worker.isQuiet ? '◌ ' : ''}`;
  const isAlarming = marks !== '' || toneOf(consumer.state) === 'lost';
  drawEnd(sheet, `${marks}${texts.time}`, { y, colour: isAlarming ? palette.alarm : palette.dim });
}

interface Text {
  readonly text: string;
  readonly colour: string;
  readonly y: number;
}

function drawIn({ context }: LaneSheet, { left, width }: LaneColumn, { text, colour, y }: Text): void {
  context.textAlign = 'left';
  context.fillStyle = colour;
  context.fillText(fitted(context, text, width), left, y);
}

/** Text at the right end of a row. */
export function drawEnd({ context, view }: LaneSheet, text: string, { y, colour }: Omit<Text, 'text'>): void {
  context.textAlign = 'right';
  context.fillStyle = colour;
  context.fillText(text, view.width, y);
}

/** The parts of the time axis. */
const usualParts = 4;

/** The times below the lanes. */
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

interface RowTexts {
  readonly state: string;
  /** The job's name and its id, shortened; undefined when it holds none. */
  readonly job: string | undefined;
  readonly time: string;
}

/** What a consumer does now. @param isStuck - whether the time is that of the whole delivery. */
function textsOf(consumer: LiveConsumer, isStuck: boolean, nowMs: number): RowTexts {
  const { held } = consumer.report;
  const sinceMs = isStuck ? (held?.heldSinceMs ?? consumer.sinceMs) : consumer.sinceMs;
  return {
    state: stateText(consumer.state),
    job: held === undefined ? undefined : `${held.jobName} ${shortId(held.jobId, held.jobName)}`,
    time: duration(Math.max(0, consumer.worker.asOfMs(nowMs) - sinceMs)),
  };
}

/** The outer state's name; of an unusual inner state, that one's name. */
function stateText(state: string): string {
  const [outer = '', ...inner] = state.split('.');
  const last = inner.at(-1);
  return last === undefined || usualInner.has(last) ? outer : last;
}

const usualInner = new Set(['handling', 'settling']);

/** An id without the job's name before it; the middle of a long one is left out. */
function shortId(id: string, jobName: string): string {
  const own = id.startsWith(`${jobName}-`) ? id.slice(jobName.length + 1) : id;
  return own.length <= longestId ? own : `${own.slice(0, head)}…${own.slice(-tail)}`;
}

const longestId = 22;
const [head, tail] = [14, 6];

const known = new Map<string, string>();
const mostKnown = 5_000;

/** Text cut to a width, as `text-overflow` would. */
export function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  const key = `${width} ${text}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  if (known.size > mostKnown) known.clear();
  const cut = cutTo(context, text, width);
  known.set(key, cut);
  return cut;
}

function cutTo(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let length = text.length - 1;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length--;
  return `${text.slice(0, length)}…`;
}
