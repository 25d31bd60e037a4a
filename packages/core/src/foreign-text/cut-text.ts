// Cuts text that others wrote, never within a character, and mends what they have cut.
//
// A unit of half a pair is no text that JSON readers, terminals and databases take: cjson refuses it, so what was stored with it was lost.

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
