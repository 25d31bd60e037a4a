// Text that other processes wrote: names, reasons, logs. On a terminal it must not move the cursor or change colours.
import { stripVTControlCharacters } from 'node:util';

/** The text without escape sequences and control characters, but for the ends of its lines. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/(?!\n)\p{Cc}/gu, ' ');
}

/** Its first line, of `longest` characters at most: a reason may be a message of pages. `-` for none; by default what fits into a table. */
export function firstLine(text: string | undefined, longest = 60): string {
  const [line = '-'] = printable(text ?? '-').split('\n');
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}
