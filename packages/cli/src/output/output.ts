// What a command prints: words and tables for people, or one JSON document for programs.
import type { Writable } from 'node:stream';
import { visibleJson } from '@acktor/core/internal';
import picocolors from 'picocolors';
import { Presets, SingleBar } from 'cli-progress';
import { painted, type Piece, type Printable } from './printable.js';

/** A result in both forms. */
export interface Answer {
  /** Undefined fields are left out. */
  readonly json: object;
  /** Ends with a newline. */
  readonly text: () => Printable;
}

/** Writes a command's result to standard output. */
export function print(isJson: boolean | undefined, { json, text }: Answer): void {
  if (isJson) printJson(json, 2);
  else write(process.stdout, text());
}

/** Writes a JSON document to standard output, on one line or with `indent`; nothing in it controls a terminal. */
export function printJson(json: object, indent?: number): void {
  process.stdout.write(`${visibleJson(JSON.stringify(json, null, indent))}\n`);
}

/** All that commands print for people goes through here. */
export function write(stream: Writable, text: Printable): void {
  stream.write(text.toString());
}

const palette = picocolors.createColors(isTerminal() && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb');
const painter =
  (paint: (text: string) => string) =>
  (piece: Piece): Printable =>
    painted(paint, piece);

/** Colours on a terminal, unless NO_COLOR is set. */
export const colours = {
  dim: painter(palette.dim),
  green: painter(palette.green),
  magenta: painter(palette.magenta),
  red: painter(palette.red),
  yellow: painter(palette.yellow),
} as const;

/** Of a pipe `isTTY` is undefined, for which picocolors has a guess of its own: colours wherever CI is set. */
function isTerminal(): boolean {
  return 'isTTY' in process.stdout && process.stdout.isTTY;
}

/** `1 job`, `12,000 jobs`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`;
}

export interface Progress {
  update(done: number): void;
  stop(): void;
}

/** Draws on standard error; nothing when that is no terminal. */
export function showProgress(total: number, noun: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { update: () => undefined, stop: () => undefined };
  const format = `{bar} {percentage}% | {value}/{total} ${noun}s | {eta_formatted} left`;
  const bar = new SingleBar({ format, stream, hideCursor: true }, Presets.shades_classic);
  bar.start(total, 0);
  return { update: (done) => bar.update(done), stop: () => bar.stop() };
}
