// A value in a few words, for messages.
import { quoted } from '../foreign-text/foreign-text.js';

const longestText = 64;

/** Numbers, booleans and short texts as they are written; of anything else, only what it is. */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value.length > longestText ? `a text of ${value.length} characters` : quoted(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      return describeObject(value);
    default:
      return `a ${typeof value}`;
  }
}

function describeObject(value: object | null): string {
  if (value === null) return 'null';
  if (!Array.isArray(value)) return 'an object';
  return value.length === 0 ? 'an empty array' : 'an array';
}
