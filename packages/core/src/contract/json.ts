// Values to JSON text and back, within limits, refusing what JSON would change in silence.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { errorReason } from '../foreign-text/error-text.js';
import { shorten, quoted } from '../foreign-text/foreign-text.js';
import type { Fault } from '../errors.js';

/** JSON text of a value. `undefined` as a whole is written as null, because JSON has no undefined. */
export function writeJson(root: string, value: unknown, limits: NamedLimits): Checked<string> {
  return write(newSearch(root, limits), value);
}

/**
 * The same for a value whose work is done and cannot be refused any more: an object with a `toJSON` method, such as a Date or a Buffer, is
 * written as the method says, as by `JSON.stringify`.
 */
export function writeResultJson(root: string, value: unknown, limits: NamedLimits): Checked<string> {
  return write(newSearch(root, limits, true), value);
}

function write(search: Search, value: unknown): Checked<string> {
  const { root, limits } = search;
  try {
    const faults = findJsonFaults(search, value);
    if (faults.length > 0) return { ok: false, faults };
    const written = writeFaultless(root, value, limits);
    // What `toJSON` gives may be another value each time that it is called.
    const isDeeper = search.hasToJson && written.ok && isTooDeep(written.value, limits.maxPayloadDepth);
    return isDeeper ? refuse(root, depthFault(limits)) : written;
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

/**
 * Everything in a value that JSON cannot carry as it is; empty when all of it can.
 *
 * Refused: functions, symbols, bigints, NaN and infinities, instances of classes (Date, Map and Buffer among them),
 * cycles, what lies deeper than `maxPayloadDepth`, `undefined` in an array (JSON would make it null), and keys called
 * `__proto__` (dropped on arrival). An `undefined` property is left out, as JSON does, and so is no fault.
 */
function findJsonFaults(search: Search, value: unknown): readonly Fault[] {
  const { root, limits } = search;
  if (value !== undefined) visit(search, value);
  if (search.valuesLeft < 0 && search.faults.length === 0) return [{ path: root, message: countFault(limits) }];
  return search.faults;
}

interface Search {
  readonly root: string;
  readonly limits: NamedLimits;
  readonly path: (string | number)[];
  readonly ancestors: object[];
  readonly faults: Fault[];
  /** Each value takes a byte of JSON at least, so what has more values than bytes allowed is too large unseen. */
  valuesLeft: number;
  /** Whether an object with a `toJSON` method is what that returns. */
  readonly takesToJson: boolean;
  /** Whether there was one. */
  hasToJson: boolean;
}

function newSearch(root: string, limits: NamedLimits, takesToJson = false): Search {
  const { maxPayloadBytes: valuesLeft } = limits;
  return { root, limits, path: [], ancestors: [], faults: [], valuesLeft, takesToJson, hasToJson: false };
}

function visit(search: Search, value: unknown): void {
  if (--search.valuesLeft < 0) return;
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return;
    case 'number':
      if (!Number.isFinite(value)) report(search, String(value));
      return;
    case 'object':
      if (value !== null) visitObject(search, value);
      return;
    default:
      report(search, typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`);
  }
}

function visitObject(search: Search, value: object): void {
  if (search.ancestors.length >= search.limits.maxPayloadDepth) return giveUpAtDepth(search, value);
  search.ancestors.push(value);
  const toJson: unknown = Reflect.get(value, 'toJSON');
  if (typeof toJson !== 'function') visitParts(search, value);
  else if (search.takesToJson) visitWritten(search, toJson.call(value, String(search.path.at(-1) ?? '')));
  else refuseToJson(search, value);
  search.ancestors.pop();
}

function visitParts(search: Search, value: object): void {
  if (Array.isArray(value)) visitItems(search, value);
  else if (isPlain(value)) visitProperties(search, value);
  else report(search, describeInstance(value));
}

/** What a `toJSON` method returned. JSON calls no other one of it, and leaves out a property that is undefined. */
function visitWritten(search: Search, written: unknown): void {
  search.hasToJson = true;
  const isLeftOut = written === undefined && typeof search.path.at(-1) === 'string';
  if (typeof written === 'object' && written !== null) visitParts(search, written);
  else if (!isLeftOut) visit(search, written);
}

/** Enumerable or not: `JSON.stringify` would call it. */
function refuseToJson(search: Search, value: object): void {
  if (!Array.isArray(value) && !isPlain(value)) return report(search, describeInstance(value));
  search.path.push('toJSON');
  report(search, 'a function');
  search.path.pop();
}

function visitItems(search: Search, items: readonly unknown[]): void {
  for (let index = 0; index < items.length; index += 1) {
    search.path.push(index);
    visit(search, items[index]);
    search.path.pop();
  }
}

function visitProperties(search: Search, value: object): void {
  for (const [key, inner] of Object.entries(value)) {
    if (inner === undefined) continue;
    search.path.push(key);
    if (key === '__proto__') report(search, 'a key that is dropped on arrival');
    else visit(search, inner);
    search.path.pop();
  }
}

/** A prototype without a prototype is Object.prototype, be it of this realm or of a test runner's. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describeInstance(value: object): string {
  const maker: unknown = Reflect.get(value, 'constructor');
  const className = typeof maker === 'function' ? maker.name : 'an unnamed class';
  const advice = value instanceof Date ? 'toISOString() gives its text' : 'send a plain object';
  return `an instance of ${className} (${advice})`;
}

function report({ root, path, faults }: Search, got: string): void {
  faults.push({ path: formatPath(root, path), message: `expected a JSON value, got ${got}` });
}

/** Ends the search: in a value that holds itself twice, every further level doubles the work. */
function giveUpAtDepth(search: Search, value: object): void {
  const chain = [...search.ancestors, value];
  const repeatAt = chain.findIndex((ancestor, index) => chain.indexOf(ancestor) < index);
  search.valuesLeft = 0;
  search.faults.push(repeatAt === -1 ? tooDeep(search) : cycle(search, repeatAt));
}

function tooDeep({ root, limits }: Search): Fault {
  return { path: root, message: depthFault(limits) };
}

function cycle({ root, path }: Search, repeatAt: number): Fault {
  return {
    path: formatPath(root, path.slice(0, repeatAt)),
    message: 'expected a JSON value, got one that contains itself',
  };
}

const quote = 0x22;
const backslash = 0x5c;

/** Whether JSON text holds more than `maxDepth` arrays and objects within each other; found without parsing it. */
export function isTooDeep(text: string, maxDepth: number): boolean {
  // Each level opens and closes.
  if (text.length <= maxDepth * 2) return false;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === quote) at = endOfString(text, at);
    else if (isOpening(unit) && ++depth > maxDepth) return true;
    else if (isClosing(unit)) depth -= 1;
  }
  return false;
}

/** Removes keys called `__proto__` from a value parsed from `text`, at any depth. */
export function stripProtoKeys(value: unknown, text: string): unknown {
  // JSON can also write the name with escapes: \u005f is the underscore.
  if (text.includes('__proto__') || text.includes('\\u00')) removeProtoKeys(value);
  return value;
}

function removeProtoKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  // As an own key it is an ordinary property: deleting it leaves the prototype alone.
  if (Object.hasOwn(value, '__proto__')) Reflect.deleteProperty(value, '__proto__');
  for (const inner of Object.values(value)) removeProtoKeys(inner);
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes += 1;
  return backslashes % 2 === 1;
}

function isOpening(unit: number): boolean {
  return unit === 0x5b || unit === 0x7b;
}

function isClosing(unit: number): boolean {
  return unit === 0x5d || unit === 0x7d;
}

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

/** A checked value, or all that is wrong with it and, where something was thrown, what. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly faults: readonly Fault[]; readonly cause?: unknown };

/** A refusal for one reason. */
export function refuse(path: string, message: string, cause?: unknown): Checked<never> {
  return { ok: false, faults: [{ path, message }], cause };
}

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
