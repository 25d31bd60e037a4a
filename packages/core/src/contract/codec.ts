// The way of a value through guard, text and schema, the same for payloads and results.

import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { PayloadError, ResultError } from '../errors.js';
import type { Checked } from './checked.js';
import { readJson, writeJson } from './json.js';
import type { JsonLimits } from './json-limits.js';
import { andThen, type MaybePromise } from './maybe-promise.js';
import { validate } from './schema.js';

/** The place in a job that a value belongs to, and how it is refused there. */
export interface Slot {
  readonly job: string;
  readonly root: 'data' | 'result';
  readonly schema: StandardSchemaV1;
  readonly ErrorClass: typeof PayloadError | typeof ResultError;
  /** Makes what was read into what the schema describes, where that is not the same. */
  readonly upgrade?: (value: unknown) => Promise<unknown>;
}

/** Writes before it validates, so that what changes while an asynchronous schema looks does not reach the queue. */
export function encode(slot: Slot, value: unknown, limits: JsonLimits): MaybePromise<string> {
  const text = accept(slot, writeJson(slot.root, value, limits));
  return andThen(validate(slot.schema, slot.root, value), (validated) => {
    accept(slot, validated);
    return text;
  });
}

export function decode(slot: Slot, text: string, limits: JsonLimits): MaybePromise<unknown> {
  const value = accept(slot, readJson(slot.root, text, limits));
  return slot.upgrade ? slot.upgrade(value).then((upgraded) => meetSchema(slot, upgraded)) : meetSchema(slot, value);
}

function meetSchema(slot: Slot, value: unknown): MaybePromise<unknown> {
  const validated = validate(slot.schema, slot.root, value);
  return value === null
    ? andThen(validated, (asNull) => decodeNothing(slot, asNull))
    : andThen(validated, (v) => accept(slot, v));
}

/** Null in the queue is what became of `undefined` too (z.void(), z.undefined()); the schema says which it takes. */
function decodeNothing(slot: Slot, asNull: Checked<unknown>): MaybePromise<unknown> {
  if (asNull.ok) return asNull.value;
  return andThen(validate(slot.schema, slot.root, undefined), (asUndefined) =>
    accept(slot, asUndefined.ok ? asUndefined : asNull),
  );
}

function accept<T>({ ErrorClass, job }: Slot, outcome: Checked<T>): T {
  if (outcome.ok) return outcome.value;
  throw new ErrorClass({ job, faults: outcome.faults, cause: outcome.cause });
}
