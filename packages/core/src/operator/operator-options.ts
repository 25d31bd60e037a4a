// The options of an operator, and of its lists.
import { brokerOptionTable } from '../engine/broker-options.js';
import { defineOptions } from '../options/options.js';
import type { OptionInput } from '../options/option-spec.js';
import type { JobSummary } from './queue-admin.js';
import type { InspectionProgress } from './queue-fault.js';

const { engine, redis, embedded, namespace, connectTimeoutMs } = brokerOptionTable;
const operatorTable = { engine, redis, embedded, namespace, connectTimeoutMs } as const;

/** Checks the options of an operator. */
export const operatorOptions = defineOptions(operatorTable);

// generated: OperatorOptions

/** What {@link Operator.connect} takes. */
export interface OperatorOptions {
  /**
   * What keeps the queues; by default the Redis that `redis`, `embedded` or the environment names. Not together with `redis`, `embedded`
   * and `durability`, which are options of that one.
   */
  readonly engine?: OptionInput<typeof operatorTable, 'engine'> | undefined;
  /**
   * URL of the Redis server; or what no URL can say, as connection options or the module that makes them. Without it REDIS_URL of the
   * environment, and without that, unless NODE_ENV is production, the embedded server.
   */
  readonly redis?: OptionInput<typeof operatorTable, 'redis'> | undefined;
  /** Whether the server is the embedded one, whatever REDIS_URL says; false: never. Not together with `redis`. */
  readonly embedded?: OptionInput<typeof operatorTable, 'embedded'> | undefined;
  /** What all keys begin with: BullMQ's prefix, which every BullMQ client has as `bull` by default. By default "bull". */
  readonly namespace?: OptionInput<typeof operatorTable, 'namespace'> | undefined;
  /**
   * How long the server may take to answer whatever a start asks of it: all of its steps together. In milliseconds, from 1 to 600000; by
   * default 10000.
   */
  readonly connectTimeoutMs?: OptionInput<typeof operatorTable, 'connectTimeoutMs'> | undefined;
}

// end: OperatorOptions

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
    because: { max: 'no other client is served during the call' },
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

// generated: JobListOptions

/** What {@link Operator.jobs} takes. */
export interface JobListOptions {
  /** Where the listed jobs are. */
  readonly place: OptionInput<typeof listTable, 'place'>;
  /** How many jobs to list at most. Bounded because no other client is served during the call. From 1 to 1000; by default 50. */
  readonly limit?: OptionInput<typeof listTable, 'limit'> | undefined;
  /** Where an earlier page ended; the first page when left out. */
  readonly cursor?: OptionInput<typeof listTable, 'cursor'> | undefined;
}

// end: JobListOptions

const inspectTable = {
  mostKeys: {
    type: 'count',
    default: 10_000_000,
    min: 1,
    max: 1_000_000_000,
    doc: 'How many keys of each server are seen at most.',
  },
  mostFaults: {
    type: 'count',
    default: 1_000,
    min: 1,
    max: 100_000,
    doc: 'How many faults are returned at most.',
  },
  onProgress: {
    type: 'value',
    expected: 'a function',
    accepts: (value: unknown): value is (progress: InspectionProgress) => void => typeof value === 'function',
    doc: 'Called after each call to the server with how far the inspection is.',
  },
  signal: {
    type: 'value',
    expected: 'an AbortSignal',
    accepts: (value: unknown): value is AbortSignal => value instanceof AbortSignal,
    doc: 'Ends the inspection, which returns what it has found so far.',
  },
} as const;

/** Checks the options of an inspection. */
export const inspectOptions = defineOptions(inspectTable);

// generated: InspectOptions

/** What {@link Operator.inspect} takes. */
export interface InspectOptions {
  /** How many keys of each server are seen at most. From 1 to 1000000000; by default 10000000. */
  readonly mostKeys?: OptionInput<typeof inspectTable, 'mostKeys'> | undefined;
  /** How many faults are returned at most. From 1 to 100000; by default 1000. */
  readonly mostFaults?: OptionInput<typeof inspectTable, 'mostFaults'> | undefined;
  /** Called after each call to the server with how far the inspection is. */
  readonly onProgress?: OptionInput<typeof inspectTable, 'onProgress'> | undefined;
  /** Ends the inspection, which returns what it has found so far. */
  readonly signal?: OptionInput<typeof inspectTable, 'signal'> | undefined;
}

// end: InspectOptions

const pauseTable = {
  allowUnused: {
    type: 'boolean',
    default: false,
    doc: 'Whether a queue may be paused that was never used, so that already its first job waits.',
  },
} as const;

/** Checks the options of a pause. */
export const pauseOptions = defineOptions(pauseTable);

// generated: PauseOptions

/** What {@link Operator.pause} takes besides the queue. */
export interface PauseOptions {
  /** Whether a queue may be paused that was never used, so that already its first job waits. By default false. */
  readonly allowUnused?: OptionInput<typeof pauseTable, 'allowUnused'> | undefined;
}

// end: PauseOptions

const dryRun = {
  type: 'boolean',
  default: false,
  doc: 'Whether only to say how many jobs are meant, and to do nothing.',
} as const;

const onProgress = {
  type: 'value',
  expected: 'a function',
  accepts: (value: unknown): value is (done: number) => void => typeof value === 'function',
  doc: 'Called after each call to the server with how many jobs were changed so far.',
} as const;

const most = {
  type: 'count',
  min: 1,
  max: 1_000_000_000,
  doc: 'How many jobs to change at most: those that a dry run has counted, and none that came since.',
} as const;

const promoteTable = { most, dryRun, onProgress } as const;

/** Checks the options of promoting all delayed jobs. */
export const promoteOptions = defineOptions(promoteTable);

// generated: PromoteOptions

/** What {@link Operator.promoteAll} takes besides the queue. */
export interface PromoteOptions {
  /** How many jobs to change at most: those that a dry run has counted, and none that came since. From 1 to 1000000000. */
  readonly most?: OptionInput<typeof promoteTable, 'most'> | undefined;
  /** Whether only to say how many jobs are meant, and to do nothing. By default false. */
  readonly dryRun?: OptionInput<typeof promoteTable, 'dryRun'> | undefined;
  /** Called after each call to the server with how many jobs were changed so far. */
  readonly onProgress?: OptionInput<typeof promoteTable, 'onProgress'> | undefined;
}

// end: PromoteOptions

const clearTable = {
  place: {
    type: 'choice',
    of: ['waiting', 'delayed', 'acked'],
    required: true,
    doc: 'Where the jobs are that go.',
  },
  olderThanMs: { type: 'ms', default: 0, doc: 'Of acked jobs only those that were acked so long ago, or longer.' },
  most,
  dryRun,
  onProgress,
} as const;

/** Checks the options of clearing a queue. */
export const clearOptions = defineOptions(clearTable);

// generated: ClearOptions

/** What {@link Operator.clear} takes besides the queue. */
export interface ClearOptions {
  /** Where the jobs are that go. */
  readonly place: OptionInput<typeof clearTable, 'place'>;
  /** Of acked jobs only those that were acked so long ago, or longer. In milliseconds, 0 or more; by default 0. */
  readonly olderThanMs?: OptionInput<typeof clearTable, 'olderThanMs'> | undefined;
  /** How many jobs to change at most: those that a dry run has counted, and none that came since. From 1 to 1000000000. */
  readonly most?: OptionInput<typeof clearTable, 'most'> | undefined;
  /** Whether only to say how many jobs are meant, and to do nothing. By default false. */
  readonly dryRun?: OptionInput<typeof clearTable, 'dryRun'> | undefined;
  /** Called after each call to the server with how many jobs were changed so far. */
  readonly onProgress?: OptionInput<typeof clearTable, 'onProgress'> | undefined;
}

// end: ClearOptions

const moveTable = {
  place: {
    type: 'choice',
    of: ['waiting', 'delayed', 'deadLettered'],
    required: true,
    doc: 'Where the jobs are that move.',
  },
  most,
  dryRun,
  onProgress,
} as const;

/** Checks the options of a move. */
export const moveOptions = defineOptions(moveTable);

// generated: MoveOptions

/** What {@link Operator.moveAll} takes besides the queues. */
export interface MoveOptions {
  /** Where the jobs are that move. */
  readonly place: OptionInput<typeof moveTable, 'place'>;
  /** How many jobs to change at most: those that a dry run has counted, and none that came since. From 1 to 1000000000. */
  readonly most?: OptionInput<typeof moveTable, 'most'> | undefined;
  /** Whether only to say how many jobs are meant, and to do nothing. By default false. */
  readonly dryRun?: OptionInput<typeof moveTable, 'dryRun'> | undefined;
  /** Called after each call to the server with how many jobs were changed so far. */
  readonly onProgress?: OptionInput<typeof moveTable, 'onProgress'> | undefined;
}

// end: MoveOptions

/** What a bulk operation did. */
export interface BulkOutcome {
  /** How many jobs were meant: those that were there when it began, `most` of them at most. */
  readonly matched: number;
  /** How many it changed; 0 with `dryRun`. */
  readonly done: number;
  /** How many it left where they are: what keeps a schedule going, and what another was faster at. */
  readonly left: number;
}

/** One page of a list. */
export interface JobListing {
  readonly jobs: readonly JobSummary[];
  /** Give it back for the next page; undefined on the last. */
  readonly cursor: string | undefined;
}
