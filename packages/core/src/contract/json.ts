// Values to JSON text and back, within limits, refusing what JSON would change in silence.

import { refuse, type Checked } from './checked.js';
import { findJsonFaults } from './json-guard.js';
import { depthFault, isTooLarge, sizeFault, type JsonLimits } from './json-limits.js';
import { isTooDeep, stripProtoKeys } from './json-shape.js';

/** JSON text of a value. `undefined` as a whole is written as null: a queue has no other word for nothing. */
export function writeJson(root: string, value: unknown, limits: JsonLimits): Checked<string> {
  const faults = findJsonFaults(root, value, limits);
  if (faults.length > 0) return { ok: false, faults };
  const text = value === undefined ? 'null' : JSON.stringify(value);
  return isTooLarge(text, limits) ? refuse(root, sizeFault(text, limits)) : { ok: true, value: text };
}

/** The value of JSON text from anywhere, without `__proto__` keys, which would reach an object's prototype when copied. */
export function readJson(root: string, text: string, limits: JsonLimits): Checked<unknown> {
  if (isTooLarge(text, limits)) return refuse(root, sizeFault(text, limits));
  if (isTooDeep(text, limits.maxPayloadDepth)) return refuse(root, depthFault(limits));
  try {
    return { ok: true, value: stripProtoKeys(JSON.parse(text), text) };
  } catch (cause) {
    return refuse(root, `expected JSON, got ${text.length} characters of something else`, cause);
  }
}
