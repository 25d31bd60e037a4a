// Text that other processes wrote: names, reasons, logs. On a terminal it must not move the cursor or change colours.
import { stripVTControlCharacters } from 'node:util';

/** The text without escape sequences and control characters, but for the ends of its lines. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/(?!\n)\p{Cc}/gu, ' ');
}

/** What fits into a cell of a table: a reason may be a message of pages. `-` for none. */
export function firstLine(text: string | undefined): string {
  const [line = '-'] = printable(text ?? '-').split('\n');
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}

const LONGEST = 60;
