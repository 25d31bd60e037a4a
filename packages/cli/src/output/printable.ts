// What is printed for people. Names, ids, reasons and logs come from other processes: on a terminal they must not move the cursor,
// change colours, or look like lines of ours. So everything that prints takes a `Printable`, and a text becomes one here alone.
import { shorten, visible } from '@acktor/core/internal';

/** Text that a terminal may get as it is: made by the functions of this file alone, which write out what foreign text controls. */
export type Printable = PrintableText;

class PrintableText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in what is printed: a plain text is foreign, and is written out. */
export type Piece = string | number | Printable;

/**
 * A sentence of ours with what it is about in it: the words of the template stay as they are, what is put into it is foreign.
 *
 * @example
 * say`${queue} is paused\n`
 */
export function say(words: TemplateStringsArray, ...pieces: readonly Piece[]): Printable {
  const rest = pieces.map((piece, i) => `${toPrint(piece)}${words[i + 1] ?? ''}`);
  return new PrintableText([words[0] ?? '', ...rest].join(''));
}

/** One after the other. */
export function joined(pieces: readonly Piece[], separator = ''): Printable {
  return new PrintableText(pieces.map(toPrint).join(separator));
}

/** On one line, and of `longest` characters at most: what is cut ends in `…`. */
export function line(text: string, longest = LONGEST_LINE): Printable {
  return new PrintableText(shorten(visible(shorten(text, longest + 1)), longest));
}

/** Its first line: a reason may be a message of pages. `-` for none; by default what fits into a table. */
export function firstLine(text: string | undefined, longest = 60): Printable {
  const [first = '-'] = (text ?? '-').split(/[\r\n\u0085\u2028\u2029]/, 1);
  return line(first, longest);
}

/** A text of several lines: it keeps them, and each but the first begins with `indent`, as no line of ours does. */
export function block(text: string, indent = '  '): Printable {
  const lines = shorten(text, LONGEST_BLOCK).trimEnd().split(/\r?\n/);
  return new PrintableText(lines.map(visible).join(`\n${indent}`));
}

/** As a shell takes it for one word: within a command that is shown to be copied. */
export function shellWord(text: string): Printable {
  const isPlain = /^[\w@%+=:,./-]+$/.test(text);
  return line(isPlain ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);
}

/** Looks around a piece, such as colours, that are our own. */
export function painted(paint: (text: string) => string, piece: Piece): Printable {
  return new PrintableText(paint(toPrint(piece)));
}

/** Rows of pieces, put where `arrange` puts them: for tables. It changes no letter of them. */
export function arranged(
  rows: readonly (readonly Piece[])[],
  arrange: (rows: readonly (readonly string[])[]) => string,
): Printable {
  return new PrintableText(arrange(rows.map((row) => row.map(toPrint))));
}

function toPrint(piece: Piece): string {
  return String(typeof piece === 'string' ? line(piece) : piece);
}

const LONGEST_LINE = 1_000;
const LONGEST_BLOCK = 100_000;
