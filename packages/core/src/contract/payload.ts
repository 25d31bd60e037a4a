// Payloads and results between the types of a contract and the JSON text in the queue.
//
// What is stored is the schema's *input*, and it is validated at both ends: the producer refuses a wrong payload before it
// is sent, and transforms and defaults run where the handler is. So a job that a plain BullMQ client added is treated alike.
// An older version's payload is upgraded between parsing and validation, so that steps meet it as it was sent.
import { PayloadError, ResultError } from '../errors.js';
import { decode, encode, type Slot, type MaybePromise } from './codec.js';
import type { AnyJob, PayloadInput, PayloadOf, ResultInput, ResultOf } from './job.js';
import type { JsonLimits } from './json.js';
import { NewerPayloadError, upgradePayload } from './versions.js';

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

/** How a payload is to be read. The limits are those of whoever reads: a payload may have been sent under larger ones. */
export interface PayloadReading extends JsonLimits {
  /** The version it was sent in; the contract's own when left out. */
  readonly version?: number;
}

/**
 * The payload that a handler gets, from text that anybody may have put into the queue: parsed, rid of `__proto__` keys,
 * upgraded where it is older, validated and transformed; at once when nothing is to upgrade and the schema is synchronous.
 *
 * @throws PayloadError as {@link encodePayload} does; UpgradeError when a step throws; NewerPayloadError.
 */
export function decodePayload<J extends AnyJob>(
  job: J,
  text: string,
  { version = job.version, maxPayloadBytes, maxPayloadDepth }: PayloadReading,
): MaybePromise<PayloadOf<J>> {
  // Each field by its name: a spread is slow, and this is done for every delivery.
  const limits = { maxPayloadBytes, maxPayloadDepth };
  if (version === job.version) return decode(payloadSlot(job), text, limits);
  if (version > job.version) throw new NewerPayloadError(job.name, version, job.version);
  return decode({ ...payloadSlot(job), upgrade: (older) => upgradePayload(job, older, version) }, text, limits);
}

function payloadSlot(job: AnyJob): Slot {
  return { job: job.name, root: 'data', schema: job.data, ErrorClass: PayloadError };
}

/**
 * The JSON text of what a handler returned; `null` for a contract without a result schema, whatever the handler returned.
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
