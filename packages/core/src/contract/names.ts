// Which names may become part of a Redis key.

import { NameError } from '../errors.js';
import { quoted } from '../foreign-text/foreign-text.js';

/** What a name is for; the id of a new job has stricter rules, because BullMQ has keys of its own beside those of jobs. */
export type NameKind = 'job' | 'queue' | 'id' | 'namespace' | 'schedule' | 'key' | 'step' | 'exchange';

/** In UTF-16 units: a name is part of every key and of every report. */
export const LONGEST_NAME = 512;

/** What each kind of name has to be, in words. */
export const NAME_RULES = {
  job: `a text of 1 to ${LONGEST_NAME} characters without control characters`,
  queue: `a text of 1 to ${LONGEST_NAME} characters without ":" and control characters`,
  namespace: `a text of 1 to ${LONGEST_NAME} characters without control characters`,
  id: '1 to 128 letters, digits, "_" or "-"',
  schedule: '1 to 128 letters, digits, "_" or "-"',
  key: `a text of 1 to ${LONGEST_NAME} characters without control characters`,
  step: `a text of 1 to ${LONGEST_NAME} characters without control characters`,
  exchange: `a text of 1 to ${LONGEST_NAME} characters without control characters`,
} as const satisfies Readonly<Record<NameKind, string>>;

/**
 * Accepts the names that BullMQ's clients give to jobs and queues, and their prefixes: any text, `user.created`, `{email-queue}`,
 * `my:app`. For a queue no colon, as BullMQ has it. For a schedule and the id of a new job 1 to 128 letters, digits, `_` and `-`; an id is no whole
 * number and not one of BullMQ's own keys.
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
  if (isOfIds(kind) && !allowedInId.test(value)) return ruleFault(kind, value);
  if (isOfIds(kind)) return kind === 'id' ? idFault(value) : undefined;
  return isName(kind, value) ? undefined : ruleFault(kind, value);
}

function isName(kind: NameKind, text: string): boolean {
  if (text === '' || text.length > LONGEST_NAME || CONTROLLING.test(text)) return false;
  return kind !== 'queue' || !(text.includes(':') || DOTS.has(text));
}

/** The ids of a schedule's runs are made of its name. */
function isOfIds(kind: NameKind): boolean {
  return kind === 'id' || kind === 'schedule';
}

const allowedInId = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * Control characters, ends of lines, marks that turn the direction of writing, and halves of characters, which UTF-8 cannot write: two
 * names that differ in such a half alone would be one key.
 */
const CONTROLLING = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** A browser takes them for a folder in any path, encoded or not, so that no dashboard could show such a queue. */
const DOTS: ReadonlySet<string> = new Set(['.', '..']);

const wholeNumber = /^-?\d+$/;

// An id is the last part of the key of its job, next to these: a job called `active` makes every fetch fail for good.
const keysOfQueue = new Set(
  (
    'active wait waiting-children paused id delayed prioritized stalled-check completed failed ' +
    'stalled repeat limiter meta events pc marker de metrics acktor acktor-queues'
  ).split(' '),
);

function ruleFault(kind: NameKind, value: string): string {
  const expected = `expected the ${kind === 'id' ? 'id' : `${kind} name`} to be ${NAME_RULES[kind]}`;
  const got = value.length > longestOf(kind) ? `${value.length} characters` : quoted(value);
  return `${expected}, got ${got} (${nameHint(kind, value)})`;
}

/** What to do about a text that may be no name of that kind; undefined for what is no text. */
export function nameHint(kind: NameKind, value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (value.length > longestOf(kind)) return 'use a digest of what it names';
  if (DOTS.has(value)) return 'in a URL it would mean a folder';
  const other = value.replaceAll(isOfIds(kind) ? /[^A-Za-z0-9_-]+/g : NOT_IN_NAMES, '-');
  return `it becomes part of a Redis key${/[\p{L}\p{N}]/u.test(other) ? `; ${quoted(other)} would do` : ''}`;
}

const NOT_IN_NAMES = new RegExp(`(?:${CONTROLLING.source}|:)+`, 'gu');

function longestOf(kind: NameKind): number {
  return isOfIds(kind) ? 128 : LONGEST_NAME;
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
