// The options of dead letters: which ones, and in what order.
import type { DeadSummary } from '../engine/dead-letter-store.js';
import { defineOptions } from '../options/options.js';
import type { OptionInput } from '../options/option-spec.js';

/** A reason to look for: the very text, what it begins with, or what it contains. */
export type ReasonFilter = string | { readonly startsWith: string } | { readonly contains: string };

const filterTable = {
  reason: {
    type: 'value',
    expected: 'a text, { startsWith: text } or { contains: text }',
    accepts: isReasonFilter,
    doc: 'Only letters with this reason.',
  },
  jobName: { type: 'string', doc: 'Only letters of the job of this name.' },
  since: { type: 'value', expected: 'a Date', accepts: isDate, doc: 'Only letters that died then or later.' },
  until: { type: 'value', expected: 'a Date', accepts: isDate, doc: 'Only letters that died then or before.' },
} as const;

/** Checks a filter. */
export const deadLetterFilter = defineOptions(filterTable);

// generated: DeadLetterFilter

/** What a dead letter must be like; an empty filter takes all. */
export interface DeadLetterFilter {
  /** Only letters with this reason. */
  readonly reason?: OptionInput<typeof filterTable, 'reason'> | undefined;
  /** Only letters of the job of this name. */
  readonly jobName?: OptionInput<typeof filterTable, 'jobName'> | undefined;
  /** Only letters that died then or later. */
  readonly since?: OptionInput<typeof filterTable, 'since'> | undefined;
  /** Only letters that died then or before. */
  readonly until?: OptionInput<typeof filterTable, 'until'> | undefined;
}

// end: DeadLetterFilter

const listTable = {
  ...filterTable,
  order: {
    type: 'choice',
    of: ['newest', 'oldest'],
    default: 'newest',
    doc: 'Whether the letter that died last comes first, or the one that died first.',
  },
  offset: { type: 'count', default: 0, doc: 'How many matching letters to pass over first.' },
  limit: { type: 'count', min: 1, doc: 'How many letters to list at most; all of them when left out.' },
} as const;

/** Checks the options of a list. */
export const deadLetterListOptions = defineOptions(listTable);

// generated: DeadLetterListOptions

/** What {@link DeadLetters.list} takes. */
export interface DeadLetterListOptions extends DeadLetterFilter {
  /** Whether the letter that died last comes first, or the one that died first. By default "newest". */
  readonly order?: OptionInput<typeof listTable, 'order'> | undefined;
  /** How many matching letters to pass over first. 0 or more; by default 0. */
  readonly offset?: OptionInput<typeof listTable, 'offset'> | undefined;
  /** How many letters to list at most; all of them when left out. 1 or more. */
  readonly limit?: OptionInput<typeof listTable, 'limit'> | undefined;
}

// end: DeadLetterListOptions

/** Whether it is JSON, or off a schema, is checked where it is known whose it is. */
type AnyPayload = object | string | number | boolean | null;

const redriveTable = {
  data: {
    type: 'value',
    expected: 'a payload',
    accepts: (value: unknown): value is AnyPayload => value !== undefined,
    doc: "Another payload in place of the letter's own: checked by the contract's schema, or, by the name of a queue, that it is JSON.",
  },
} as const;

/** Checks the options of a redrive. */
export const redriveOptions = defineOptions(redriveTable);

// generated: RedriveOptions

/** What {@link DeadLetters.redrive} takes besides the id. */
export interface RedriveOptions {
  /** Another payload in place of the letter's own: checked by the contract's schema, or, by the name of a queue, that it is JSON. */
  readonly data?: OptionInput<typeof redriveTable, 'data'> | undefined;
}

// end: RedriveOptions

const bulkTable = {
  ...filterTable,
  batchSize: {
    type: 'count',
    default: 100,
    min: 1,
    max: 1_000,
    doc: 'How many letters one atomic call touches at most.',
    because: { max: 'no other client is served during a call' },
  },
  onProgress: {
    type: 'value',
    expected: 'a function',
    accepts: (value: unknown): value is (touched: number) => void => typeof value === 'function',
    doc: 'Called after each call with how many letters were touched so far.',
  },
} as const;

/** Checks the options of a bulk. */
export const deadLetterBulkOptions = defineOptions(bulkTable);

// generated: DeadLetterBulkOptions

/** What {@link DeadLetters.redriveAll} and {@link DeadLetters.purgeAll} take. */
export interface DeadLetterBulkOptions extends DeadLetterFilter {
  /**
   * How many letters one atomic call touches at most. Bounded because no other client is served during a call. From 1 to 1000; by default
   * 100.
   */
  readonly batchSize?: OptionInput<typeof bulkTable, 'batchSize'> | undefined;
  /** Called after each call with how many letters were touched so far. */
  readonly onProgress?: OptionInput<typeof bulkTable, 'onProgress'> | undefined;
}

// end: DeadLetterBulkOptions

/** Whether a letter matches by name and reason. The broker filters by the time of death. */
export function matches({ jobName, reason }: DeadSummary, filter: DeadLetterFilter): boolean {
  if (filter.jobName !== undefined && filter.jobName !== jobName) return false;
  if (filter.reason === undefined) return true;
  if (typeof filter.reason === 'string') return reason === filter.reason;
  return 'startsWith' in filter.reason
    ? reason.startsWith(filter.reason.startsWith)
    : reason.includes(filter.reason.contains);
}

function isReasonFilter(value: unknown): value is ReasonFilter {
  if (typeof value === 'string') return true;
  if (typeof value !== 'object' || value === null) return false;
  const [entry, ...more] = Object.entries(value);
  return more.length === 0 && ['startsWith', 'contains'].includes(entry?.[0] ?? '') && typeof entry?.[1] === 'string';
}

function isDate(value: unknown): value is Date {
  return value instanceof Date && !Number.isNaN(value.getTime());
}
