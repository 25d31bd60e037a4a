// The options of an operator, and of its lists.
import { brokerOptionTable } from '../engine/broker-options.js';
import { defineOptions } from '../options/options.js';
import type { OptionsInput } from '../options/option-spec.js';
import type { JobSummary } from './queue-desk.js';

const { redis, embedded, namespace, connectTimeoutMs } = brokerOptionTable;
const operatorTable = { redis, embedded, namespace, connectTimeoutMs } as const;

/** Checks the options of an operator. */
export const operatorOptions = defineOptions(operatorTable);

/** What {@link Operator.connect} takes. */
export type OperatorOptions = OptionsInput<typeof operatorTable>;

const listTable = {
  place: {
    type: 'choice',
    of: ['waiting', 'waitingForChildren', 'delayed', 'active', 'acked', 'deadLettered'],
    required: true,
    doc: 'Where the listed jobs are.',
  },
  limit: {
    type: 'count',
    default: 50,
    min: 1,
    max: 1_000,
    doc: 'How many jobs to list at most.',
    because: { max: 'nobody else is served during the call' },
  },
  cursor: {
    type: 'string',
    expected: 'the cursor of an earlier page',
    accepts: (text: string) => /^\d{1,15}$/.test(text),
    doc: 'Where an earlier page ended; the first page when left out.',
  },
} as const;

/** Checks the options of a list. */
export const jobListOptions = defineOptions(listTable);

/** What {@link Operator.jobs} takes. */
export type JobListOptions = OptionsInput<typeof listTable>;

const pauseTable = {
  allowUnused: {
    type: 'boolean',
    default: false,
    doc: 'Whether a queue may be paused that nobody used yet, so that already its first job waits.',
  },
} as const;

/** Checks the options of a pause. */
export const pauseOptions = defineOptions(pauseTable);

/** What {@link Operator.pause} takes besides the queue. */
export type PauseOptions = OptionsInput<typeof pauseTable>;

/** One page of a list. */
export interface JobListing {
  readonly jobs: readonly JobSummary[];
  /** Give it back for the next page; undefined on the last. */
  readonly cursor: string | undefined;
}
