// Results between the types of a contract and the JSON text kept with a finished job; like payloads, stored as the schema's
// input and validated at both ends.

import { ResultError } from '../errors.js';
import { decode, encode, type Slot } from './codec.js';
import type { AnyJob, ResultInput, ResultOf } from './job.js';
import type { JsonLimits } from './json-limits.js';
import type { MaybePromise } from './maybe-promise.js';

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
  return job.result === undefined ? 'null' : encode(slotOf(job, job.result), value, limits);
}

/**
 * What `receipt.result()` gives; `undefined` for a contract without a result schema.
 *
 * @throws ResultError as {@link encodeResult} does.
 */
export function decodeResult<J extends AnyJob>(job: J, text: string, limits: JsonLimits): MaybePromise<ResultOf<J>> {
  const result = job.result === undefined ? undefined : decode(slotOf(job, job.result), text, limits);
  return result as MaybePromise<ResultOf<J>>;
}

function slotOf(job: AnyJob, schema: Slot['schema']): Slot {
  return { job: job.name, root: 'result', schema, ErrorClass: ResultError };
}
