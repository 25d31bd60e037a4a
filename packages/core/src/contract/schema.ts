// Validation by any Standard Schema library.

import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Fault } from '../errors.js';
import { refuse, type Checked } from './checked.js';
import type { MaybePromise } from './maybe-promise.js';
import { shorten } from '../foreign-text/cut-text.js';
import { errorReason } from '../foreign-text/error-text.js';
import { formatPath, valueAt } from './path.js';

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
