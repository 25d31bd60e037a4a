// How large and how deep a payload or a result may be.

/** How large a payload or a result may be, at both ends. */
export interface JsonLimits {
  /** The most bytes of JSON text, in UTF-8; default 262,144. */
  readonly maxPayloadBytes: number;
  /** The most arrays and objects within each other; default 64. */
  readonly maxPayloadDepth: number;
}

/** The same where another option says how large it may be. */
export interface NamedLimits extends JsonLimits {
  /** Default `maxPayloadBytes`. */
  readonly sizeOption?: string;
}

export const defaultJsonLimits: JsonLimits = Object.freeze({ maxPayloadBytes: 262_144, maxPayloadDepth: 64 });

/** A UTF-16 unit takes at most 3 bytes, so short text need not be counted. */
export function isTooLarge(text: string, { maxPayloadBytes }: JsonLimits): boolean {
  return text.length * 3 > maxPayloadBytes && Buffer.byteLength(text) > maxPayloadBytes;
}

export function sizeFault(text: string, { maxPayloadBytes, sizeOption }: NamedLimits): string {
  const raise = sizeOption ?? 'maxPayloadBytes at both ends';
  const advice = `store it elsewhere and send its address, or raise ${raise}`;
  return `expected at most ${maxPayloadBytes} bytes of JSON, got ${Buffer.byteLength(text)} (${advice})`;
}

export function depthFault({ maxPayloadDepth }: JsonLimits): string {
  return `expected at most ${maxPayloadDepth} arrays and objects within each other (maxPayloadDepth), got more`;
}

export function countFault({ maxPayloadBytes, sizeOption = 'maxPayloadBytes' }: NamedLimits): string {
  return `expected at most ${maxPayloadBytes} bytes of JSON (${sizeOption}), got more values than that`;
}
