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

/** The text with U+FFFD in place of each half of a pair that stands alone. */
export function wellFormed(text: string): string {
  return text.toWellFormed();
}

/**
 * The text, well-formed, in at most `maxBytes` of UTF-8; at least {@link FEWEST_BYTES}. What is cut ends with a word that says so and how
 * long it was: `… (cut: 1,048,576 characters)`, in UTF-16 units. Keeps nothing of a long text alive.
 *
 * What it costs depends on `maxBytes` and not on the text: to count the bytes of a megabyte takes as long as a hundred deliveries.
 */
export function cutText(text: string, maxBytes: number): string {
  // A unit takes 1 to 3 bytes, so most texts need not be counted.
  if (text.length * 3 <= maxBytes) return text.toWellFormed();
  if (text.length <= maxBytes && Buffer.byteLength(text) <= maxBytes) return text.toWellFormed();
  const mark = `… (cut: ${withCommas(text.length)} characters)`;
  return headOf(text, Math.max(maxBytes, FEWEST_BYTES) - Buffer.byteLength(mark)) + mark;
}

/** Without `Intl`, whose first use takes 80 ms of the main thread. */
function withCommas(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** What a cut text takes at least: the word that it was cut, and something of the text. */
export const FEWEST_BYTES = 64;

/** The text, well-formed, for a place with room for so many UTF-16 units; what is cut ends with an ellipsis, which is the last of them. */
export function shorten(text: string, mostUnits: number): string {
  if (text.length <= mostUnits) return text.toWellFormed();
  return `${text.slice(0, wholeEnd(text, mostUnits - 1)).toWellFormed()}…`;
}

/** A copy: a slice of a string keeps all of it in memory (V8). */
function headOf(text: string, roomBytes: number): string {
  const bytes = new Uint8Array(roomBytes);
  // Writes whole characters alone.
  const { written } = new TextEncoder().encodeInto(text.slice(0, wholeEnd(text, roomBytes)), bytes);
  return Buffer.from(bytes.buffer, 0, written).toString();
}

/** Where to cut so that no pair is parted. */
function wholeEnd(text: string, end: number): number {
  return isHigh(text.charCodeAt(end - 1)) && isLow(text.charCodeAt(end)) ? end - 1 : end;
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
