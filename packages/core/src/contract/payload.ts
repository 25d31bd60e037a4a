// Payloads and results between the types of a contract and the JSON text in the queue.
//
// What is stored is the schema's *input*, and it is validated at both ends: the producer refuses a wrong payload before it
// is sent, and transforms and defaults run where the handler is. So a job that a plain BullMQ client added is treated alike.
// An older version's payload is upgraded between parsing and validation, so that steps meet it as it was sent.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { AcktorError, PayloadError, ResultError, type Fault } from '../errors.js';
import type { AnyJob, PayloadInput, PayloadOf, ResultInput, ResultOf } from './job.js';
import {
  type JsonLimits,
  type Checked,
  readJson,
  writeJson,
  writeResultJson,
  refuse,
  formatPath,
  valueAt,
} from './json.js';
import { NewerPayloadError, upgradePayload, type MaybePromise } from './versions.js';
import { shorten } from '../foreign-text/foreign-text.js';
import { errorReason } from '../foreign-text/error-text.js';

/**
 * The JSON text of a payload that its contract accepts; at once when the schema is synchronous.
 *
 * @throws PayloadError when the payload is not JSON, too large, too deep or off its schema; as a rejection when the schema is
 * asynchronous.
 */
export function encodePayload<J extends AnyJob>(
  job: J,
  input: PayloadInput<J>,
  limits: JsonLimits,
): MaybePromise<string> {
  return encode(payloadSlot(job), input, limits);
}

/** How a payload is read. The limits are the reader's: a payload may have been sent under larger ones. */
export interface PayloadReading extends JsonLimits {
  /** The version it was sent in; the contract's own when left out. */
  readonly version?: number;
  /** The name of the exchange that it was published to; undefined for what was sent to its queue. */
  readonly published?: string | undefined;
}

/**
 * The payload that a handler gets, from text that any client may have put into the queue: parsed, rid of `__proto__` keys,
 * upgraded where it is older, validated and transformed; at once when nothing is to upgrade and the schema is synchronous.
 *
 * What was published to an exchange that the contract `accepts` is of that exchange's schema, and mapped.
 * @throws PayloadError as {@link encodePayload} does; UpgradeError when a step throws, MappingError when the mapping does; NewerPayloadError.
 */
export function decodePayload<J extends AnyJob>(
  job: J,
  text: string,
  { version = job.version, published, maxPayloadBytes, maxPayloadDepth }: PayloadReading,
): MaybePromise<PayloadOf<J>> {
  // Each field by its name: a spread is slow, and this is done for every delivery.
  const limits = { maxPayloadBytes, maxPayloadDepth };
  if (published !== undefined && job.accepts && Object.hasOwn(job.accepts, published))
    return mapped(job, text, published, limits);
  if (version === job.version) return decode(payloadSlot(job), text, limits);
  if (version > job.version) throw new NewerPayloadError(job.name, version, job.version);
  return decode({ ...payloadSlot(job), upgrade: (older) => upgradePayload(job, older, version) }, text, limits);
}

// oxlint-disable-next-line max-params -- as decodePayload, and the name of the exchange
function mapped(job: AnyJob, text: string, exchange: string, limits: JsonLimits): MaybePromise<unknown> {
  const slot = payloadSlot(job);
  const accepted = job.accepts?.[exchange];
  if (accepted === undefined) return decode(slot, text, limits);
  const upgrade = async (published: unknown) => {
    const sound = accept(slot, await validate(accepted.data, slot.root, published));
    try {
      return await accepted.map(sound as never);
    } catch (cause) {
      throw new MappingError(job.name, exchange, cause);
    }
  };
  return decode({ ...slot, upgrade }, text, limits);
}

/** What `accepts` of a contract has for an exchange threw. Trying again would only throw again. */
export class MappingError extends AcktorError {
  readonly code = 'ACKTOR_MAPPING_FAILED';

  constructor(
    readonly job: string,
    readonly exchange: string,
    cause: unknown,
  ) {
    super(`payload of job ${job}: its mapping from exchange ${exchange} threw: ${errorReason(cause)}`, { cause });
  }
}

/** The JSON text of what is published. @throws PayloadError as {@link encodePayload} does. */
export function encodePublished(
  exchange: { readonly name: string; readonly data: StandardSchemaV1 },
  input: unknown,
  limits: JsonLimits,
): MaybePromise<string> {
  const slot = {
    job: exchange.name,
    of: 'exchange',
    root: 'data',
    schema: exchange.data,
    ErrorClass: PayloadError,
  } as const;
  return encode(slot, input, limits);
}

function payloadSlot(job: AnyJob): Slot {
  return { job: job.name, root: 'data', schema: job.data, ErrorClass: PayloadError };
}

/**
 * The JSON text of what a handler returned, as `JSON.stringify` writes it: a Date as text, other objects as their `toJSON` says; `null` for a
 * contract without a result schema, whatever the handler returned.
 *
 * @throws ResultError when the value is not JSON, too large, too deep or off its schema; as a rejection when the schema is
 * asynchronous.
 */
export function encodeResult<J extends AnyJob>(
  job: J,
  value: ResultInput<J>,
  limits: JsonLimits,
): MaybePromise<string> {
  return job.result === undefined ? 'null' : encode(resultSlot(job, job.result), value, limits);
}

/**
 * What `receipt.result()` gives; `undefined` for a contract without a result schema.
 *
 * @throws ResultError as {@link encodeResult} does.
 */
export function decodeResult<J extends AnyJob>(job: J, text: string, limits: JsonLimits): MaybePromise<ResultOf<J>> {
  const result = job.result === undefined ? undefined : decode(resultSlot(job, job.result), text, limits);
  return result as MaybePromise<ResultOf<J>>;
}

function resultSlot(job: AnyJob, schema: Slot['schema']): Slot {
  return { job: job.name, root: 'result', schema, ErrorClass: ResultError };
}

/** Whether a value is a job's payload or its result, and the error that refuses it. */
export interface Slot {
  readonly job: string;
  readonly of?: 'job' | 'exchange';
  readonly root: 'data' | 'result';
  readonly schema: StandardSchemaV1;
  readonly ErrorClass: typeof PayloadError | typeof ResultError;
  /** Makes what was read into what the schema describes, where that is not the same. */
  readonly upgrade?: (value: unknown) => Promise<unknown>;
}

/** Writes before it validates, so that a change while an asynchronous schema validates does not reach the queue. */
export function encode(slot: Slot, value: unknown, limits: JsonLimits): MaybePromise<string> {
  const write = slot.root === 'result' ? writeResultJson : writeJson;
  const text = accept(slot, write(slot.root, value, limits));
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

function accept<T>({ ErrorClass, job, of }: Slot, outcome: Checked<T>): T {
  if (outcome.ok) return outcome.value;
  throw new ErrorClass({ job, of, faults: outcome.faults, cause: outcome.cause });
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

/** Goes on with the value at once when it is there already. */
export function andThen<T, U>(value: MaybePromise<T>, use: (value: T) => U): MaybePromise<U> {
  return value instanceof Promise ? value.then(use) : use(value);
}
