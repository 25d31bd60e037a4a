// The way of a value through guard, text and schema, the same for payloads and results.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { PayloadError, ResultError, Fault } from '../errors.js';
import { type Checked, readJson, writeJson, type JsonLimits, refuse, formatPath, valueAt } from './json.js';
import { shorten } from '../foreign-text/cut-text.js';
import { errorReason } from '../foreign-text/error-text.js';

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

/** Validates at once when the schema does. A schema that throws refuses the value: it never throws from here. */
export function validate(schema: StandardSchemaV1, root: string, value: unknown): MaybePromise<Checked<unknown>> {
  try {
    const outcome = schema['~standard'].validate(value);
    if (!('then' in outcome)) return judge(outcome, root, value);
    // A promise of another realm (a test runner's) becomes one of ours.
    return Promise.resolve(outcome).then(
      (settled) => judge(settled, root, value),
      (cause: unknown) => schemaThrew(root, cause),
    );
  } catch (cause) {
    return schemaThrew(root, cause);
  }
}

/** Whether a value is a schema that {@link validate} can use. */
export function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard: unknown = Reflect.get(value, '~standard');
  if (typeof standard !== 'object' || standard === null) return false;
  return Reflect.get(standard, 'version') === 1 && typeof Reflect.get(standard, 'validate') === 'function';
}

// Some libraries quote what they got; a long quotation would carry the payload into logs and dead letters.
const longestMessage = 200;

function judge(outcome: StandardSchemaV1.Result<unknown>, root: string, value: unknown): Checked<unknown> {
  if (outcome.issues === undefined) return { ok: true, value: outcome.value };
  return { ok: false, faults: outcome.issues.map((issue) => faultOf(issue, root, value)) };
}

function faultOf({ message, path }: StandardSchemaV1.Issue, root: string, value: unknown): Fault {
  const text = shorten(String(message), longestMessage);
  return { path: formatPath(root, path), message: withGot(text, valueAt(value, path)) };
}

/** Numbers and booleans are shown where the library does not; texts may be secrets and are not. */
function withGot(message: string, got: unknown): string {
  if (typeof got !== 'number' && typeof got !== 'boolean') return message;
  return message.includes(String(got)) ? message : `${message}, got ${got}`;
}

function schemaThrew(root: string, cause: unknown): Checked<unknown> {
  const reason = cause instanceof Error ? shorten(errorReason(cause), longestMessage) : typeof cause;
  return refuse(root, `the schema itself threw: ${reason}`, cause);
}

/** A value that is there at once, or later. `await` takes both. */
export type MaybePromise<T> = T | Promise<T>;

/** Goes on with the value at once when it is there already. */
export function andThen<T, U>(value: MaybePromise<T>, use: (value: T) => U): MaybePromise<U> {
  return value instanceof Promise ? value.then(use) : use(value);
}
