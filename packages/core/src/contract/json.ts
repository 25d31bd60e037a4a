// Values to JSON text and back, within limits, refusing what JSON would change in silence.

import { refuse, type Checked } from './checked.js';
import { errorReason } from '../foreign-text/error-text.js';
import { shorten } from '../foreign-text/cut-text.js';
import { findJsonFaults } from './json-guard.js';
import { depthFault, isTooLarge, sizeFault, type JsonLimits, type NamedLimits } from './json-limits.js';
import { isTooDeep, stripProtoKeys } from './json-shape.js';

/** JSON text of a value. `undefined` as a whole is written as null: a queue has no other word for nothing. */
export function writeJson(root: string, value: unknown, limits: NamedLimits): Checked<string> {
  try {
    const faults = findJsonFaults(root, value, limits);
    return faults.length > 0 ? { ok: false, faults } : writeFaultless(root, value, limits);
  } catch (cause) {
    // A getter or a proxy's trap threw, or the text is longer than any string may be.
    return refuse(
      root,
      `expected a JSON value, got one that cannot be read: ${shorten(errorReason(cause), 200)}`,
      cause,
    );
  }
}

function writeFaultless(root: string, value: unknown, limits: NamedLimits): Checked<string> {
  const text: unknown = value === undefined ? 'null' : JSON.stringify(value);
  // A value may say something else each time it is asked.
  if (typeof text !== 'string') return refuse(root, 'expected a JSON value, got one that changes while it is read');
  return isTooLarge(text, limits) ? refuse(root, sizeFault(text, limits)) : { ok: true, value: text };
}

/** The value of JSON text from anywhere, without `__proto__` keys, which would reach an object's prototype when copied. */
export function readJson(root: string, text: string, limits: JsonLimits): Checked<unknown> {
  if (isTooLarge(text, limits)) return refuse(root, sizeFault(text, limits));
  if (isTooDeep(text, limits.maxPayloadDepth)) return refuse(root, depthFault(limits));
  try {
    return { ok: true, value: stripProtoKeys(JSON.parse(text), text) };
  } catch {
    // The parser's own words quote the text, which may be secret.
    return refuse(root, `expected JSON, got ${text.length} characters of something else`);
  }
}
