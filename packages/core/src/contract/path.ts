// Where in a payload something is, as people write it: data.items[3].cents

import type { StandardSchemaV1 } from '@standard-schema/spec';
import { quoted } from '../foreign-text/foreign-text.js';
import { shorten } from '../foreign-text/cut-text.js';

/** A step into an object or array, as a key or in Standard Schema's wrapping. */
export type PathStep = PropertyKey | StandardSchemaV1.PathSegment;

const longestKey = 64;
const identifier = /^[A-Za-z_$][\w$]*$/;

/** `data`, `data.items[3].cents`, `data["a b"]`. Keys come from payloads too, so long ones are cut. */
export function formatPath(root: string, steps: readonly PathStep[] = []): string {
  return steps.reduce<string>((path, step) => path + formatKey(keyOf(step)), root);
}

/** The value that the steps lead to; undefined where they lead nowhere. */
export function valueAt(value: unknown, steps: readonly PathStep[] = []): unknown {
  return steps.reduce<unknown>((inner, step) => {
    if (typeof inner !== 'object' || inner === null) return undefined;
    return Object.hasOwn(inner, keyOf(step)) ? Reflect.get(inner, keyOf(step)) : undefined;
  }, value);
}

function keyOf(step: PathStep): PropertyKey {
  return typeof step === 'object' ? step.key : step;
}

function formatKey(key: PropertyKey): string {
  if (typeof key === 'number') return `[${key}]`;
  const text = String(key);
  if (identifier.test(text) && text.length <= longestKey) return `.${text}`;
  return `[${quoted(shorten(text, longestKey))}]`;
}
