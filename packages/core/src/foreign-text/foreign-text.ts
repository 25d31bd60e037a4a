// Text that others wrote: names, ids, reasons, what a server says. Shown as it is, it could move a terminal's cursor, forge a
// line of a table, or turn the words around it.

/**
 * The text on one line, with all that would not be seen as itself written out: `\n`, `\u001b`, `\u202e`. That is: control
 * characters, ends of lines, marks that turn the direction of writing, what has no width, and halves of characters. What people
 * write in their languages stays, and so do the looks of emojis. A backslash stays, too: this is for people, JSON is exact.
 */
export function visible(text: string): string {
  return text.replaceAll(UNSEEN, (found) => SHORT.get(found) ?? escaped(found));
}

/** A JSON text that says the same, in which nothing but the ends of its own lines controls a terminal. */
export function visibleJson(json: string): string {
  return json.replaceAll(UNSEEN, (found) => (found === '\n' ? found : units(found)));
}

/** The text in quotation marks, for a message: as JSON writes it, so that its end is seen. */
export function quoted(text: string): string {
  return visibleJson(JSON.stringify(text));
}

// Variation selectors choose between two looks of a letter: they hide nothing.
const UNSEEN = /(?![\uFE0E\uFE0F])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

const SHORT: ReadonlyMap<string, string> = new Map([
  ['\n', String.raw`\n`],
  ['\r', String.raw`\r`],
  ['\t', String.raw`\t`],
]);

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : unit(code);
}

/** As JSON writes what is beyond its escapes of four digits: half by half. */
function units(character: string): string {
  return character
    .split('')
    .map((half) => unit(half.charCodeAt(0)))
    .join('');
}

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
