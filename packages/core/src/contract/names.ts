// Which names may become part of a Redis key.

import { NameError } from '../errors.js';
import { quoted } from '../foreign-text/foreign-text.js';

/** What a name is for; an id has stricter rules, because BullMQ has keys of its own beside those of jobs. */
export type NameKind = 'job' | 'queue' | 'id' | 'namespace';

/** What a name has to be, in words. */
export const NAME_RULE = '1 to 128 letters, digits, "_" or "-"';

/**
 * Accepts names of 1 to 128 letters, digits, `_` and `-`; for ids, not a whole number and not one of BullMQ's own keys.
 *
 * @throws NameError when the name is anything else.
 */
export function checkName(kind: NameKind, value: unknown): asserts value is string {
  const fault = nameFault(kind, value);
  if (fault !== undefined) throw new NameError(fault);
}

/**
 * Accepts any id that a job may have, of any client: plain BullMQ clients number theirs, and those of schedulers hold colons. The ids of
 * *new* jobs have stricter rules: {@link checkName}.
 *
 * @throws NameError for what is no text, is empty, or is longer than {@link LONGEST_ID}.
 */
export function checkId(value: unknown): asserts value is string {
  const fault = idOfAnyFault(value);
  if (fault !== undefined) throw new NameError(fault);
}

/** In characters: no client that is known gives a longer one. */
export const LONGEST_ID = 1_024;

function idOfAnyFault(value: unknown): string | undefined {
  const expected = `expected the id of a job, a text of 1 to ${LONGEST_ID} characters`;
  if (typeof value !== 'string') return `${expected}, got ${value === null ? 'null' : typeof value}`;
  if (value === '') return `${expected}, got an empty one`;
  return value.length > LONGEST_ID ? `${expected}, got ${value.length}` : undefined;
}

/** What is wrong with a name, in a sentence; undefined when nothing is. */
export function nameFault(kind: NameKind, value: unknown): string | undefined {
  if (typeof value !== 'string') return `expected the ${kind} name to be a text, got ${typeof value}`;
  if (!allowed.test(value)) return charactersFault(kind, value);
  return kind === 'id' ? idFault(value) : undefined;
}

const allowed = /^[A-Za-z0-9_-]{1,128}$/;
const wholeNumber = /^-?\d+$/;

// An id is the last part of the key of its job, next to these: a job called `active` makes every fetch fail for good.
const keysOfQueue = new Set(
  (
    'active wait waiting-children paused id delayed prioritized stalled-check completed failed ' +
    'stalled repeat limiter meta events pc marker de metrics acktor'
  ).split(' '),
);

function charactersFault(kind: NameKind, value: string): string {
  const expected = `expected the ${kind === 'id' ? 'id' : `${kind} name`} to be ${NAME_RULE}`;
  const got = value.length > 128 ? `${value.length} characters` : quoted(value);
  return `${expected}, got ${got} (${nameHint(value)})`;
}

/** What to do about a text that may be no name; undefined for what is no text. */
export function nameHint(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (value.length > 128) return 'use a digest of what it names';
  const other = value.replaceAll(/[^A-Za-z0-9_-]+/g, '-');
  return `it becomes part of a Redis key${/[A-Za-z0-9]/.test(other) ? `; "${other}" would do` : ''}`;
}

function idFault(id: string): string | undefined {
  if (wholeNumber.test(id)) {
    return `expected an id that is not a whole number, got "${id}" (BullMQ numbers its own jobs so; prefix it: "order-${id}")`;
  }
  if (keysOfQueue.has(id)) {
    return `expected an id that is not a key of the queue itself, got "${id}" (prefix it: "job-${id}")`;
  }
  return undefined;
}
