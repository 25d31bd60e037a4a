// How long texts travel: packed. Redis reads 16 KB of a connection at a time and writes 64 KB to one, so under load a fleet's
// news would be seconds old before they are out; names of consumers and states come again and again, and pack to a tenth.
import { MOST_CHARS } from '../../../fleet/read-message.js';
import { constants, deflateSync, inflateSync } from 'node:zlib';

/** A text as it is published: short ones as they are. */
export function pack(text: string): string | Buffer {
  return text.length < WORTH_PACKING_CHARS ? text : deflateSync(text, { level: constants.Z_BEST_SPEED });
}

/** What was packed, or the text as it came. Empty for what is neither, or is monstrous; never throws. */
export function unpack(message: Buffer): string {
  if (message.length > MOST_BYTES) return '';
  if (message[0] !== ZLIB_STREAM) return message.toString();
  try {
    return inflateSync(message, { maxOutputLength: MOST_BYTES }).toString();
  } catch {
    return '';
  }
}

const WORTH_PACKING_CHARS = 1_000;
/** A report of 100,000 consumers. Whoever may publish on the server could send what unpacks to more than there is memory. */
const MOST_BYTES = MOST_CHARS;
/** The first byte of what zlib packs with its usual window. JSON begins with a brace. */
const ZLIB_STREAM = 0x78;
