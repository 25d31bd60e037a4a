// Finds what JSON would lose or refuse, before JSON.stringify drops it in silence.

import type { Fault } from '../errors.js';
import { countFault, depthFault, type NamedLimits } from './json-limits.js';
import { formatPath } from './path.js';

/**
 * Everything in a value that JSON cannot carry as it is; empty when all of it can.
 *
 * Refused: functions, symbols, bigints, NaN and infinities, instances of classes (Date, Map and Buffer among them),
 * cycles, what lies deeper than `maxPayloadDepth`, `undefined` in an array (JSON would make it null), and keys called
 * `__proto__` (dropped on arrival). An `undefined` property is left out, as JSON does, and so is no fault.
 */
export function findJsonFaults(root: string, value: unknown, limits: NamedLimits): readonly Fault[] {
  const search: Search = { root, limits, path: [], ancestors: [], faults: [], valuesLeft: limits.maxPayloadBytes };
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
  if (Array.isArray(value)) visitPlain(search, value, visitItems);
  else if (isPlain(value)) visitPlain(search, value, visitProperties);
  else report(search, describeInstance(value));
  search.ancestors.pop();
}

/** A method that `JSON.stringify` would ask instead, be it hidden from those who list the keys. */
function visitPlain<T extends object>(search: Search, value: T, visitParts: (search: Search, value: T) => void): void {
  const toJson: unknown = Reflect.get(value, 'toJSON');
  if (typeof toJson !== 'function') return visitParts(search, value);
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
