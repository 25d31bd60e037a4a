// The contract of a job: declared once, shared by those who send it and those who handle it.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { ContractError, NotAContractError, type OptionFault } from '../errors.js';
import { backoffFunction, backoffOption, DEFAULT_BACKOFF, type Backoff, type BackoffFunction } from './backoff.js';
import { groupsOption, type GroupOptions, type Groups } from './groups.js';
import { nameFault, NAME_RULES, nameHint } from './names.js';
import type { MaxLength } from '../engine/send-terms.js';
import {
  isUpgradeSteps,
  upgradeFaults,
  type MaybePromise,
  type UpgradeSteps,
  type VersionOptions,
} from './versions.js';
import { defineOptions } from '../options/options.js';

/** What producers and workers agree on. Made by {@link job}, frozen. */
export interface JobContract<
  Name extends string = string,
  Payload extends StandardSchemaV1 = StandardSchemaV1,
  Result extends StandardSchemaV1 | undefined = StandardSchemaV1 | undefined,
> {
  readonly name: Name;
  readonly queue: string;
  readonly data: Payload;
  /** Absent when handlers of this job return nothing worth keeping. */
  readonly result: Result;
  readonly attempts: number;
  readonly backoff: Backoff | BackoffFunction;
  readonly deadlineMs: number | undefined;
  /** How long the queue may be for a send of this job; undefined for any length. */
  readonly maxLength: MaxLength | undefined;
  /** Computes the payload of a run of a schedule; undefined where schedules have it from who puts them. */
  readonly scheduleData: ScheduleData | undefined;
  /** The version of the payload that `data` describes. */
  readonly version: number;
  /** From each earlier version to the next. */
  readonly upgrade: UpgradeSteps;
  /** How jobs that are sent with a key share the queue. */
  readonly groups: Groups;
  /** How what is published to exchanges becomes a payload, by the names of the exchanges; absent where the job takes it as it is. */
  readonly accepts?: Readonly<Record<string, AcceptedExchange>>;
}

/** An exchange whose messages a job takes in another form. */
export interface AcceptedExchange {
  /** The schema of what is published. */
  readonly data: StandardSchemaV1;
  /** Makes a payload of it, in the worker. */
  readonly map: (published: never) => MaybePromise<unknown>;
}

/** A run of a schedule, for what computes its payload. */
export interface ScheduledRun {
  /** The name of the schedule. */
  readonly schedule: string;
  /** The time that the run is for; of one that was sent by `runNow`, when it was sent. */
  readonly scheduledFor: Date;
}

/** Computes the payload of a run, where it is handled: again at each attempt, so that it is best made of the run alone. */
export type ScheduleData<Payload = unknown> = (run: ScheduledRun) => MaybePromise<Payload>;

/** Any contract, for signatures. */
export type AnyJob = JobContract;

/** What `send` takes: the input type of the payload schema. */
export type PayloadInput<J extends AnyJob> = StandardSchemaV1.InferInput<J['data']>;

/** What a handler gets: the output type of the payload schema. */
export type PayloadOf<J extends AnyJob> = StandardSchemaV1.InferOutput<J['data']>;

/** What a handler may return: the input type of the result schema, or nothing when there is none. */
export type ResultInput<J extends AnyJob> = J['result'] extends StandardSchemaV1
  ? StandardSchemaV1.InferInput<J['result']>
  : void;

/** What `receipt.result()` gives: the output type of the result schema, or `undefined` when there is none. */
export type ResultOf<J extends AnyJob> = J['result'] extends StandardSchemaV1
  ? StandardSchemaV1.InferOutput<J['result']>
  : undefined;

/** How a contract is declared. */
export interface JobOptions<Payload extends StandardSchemaV1, Result extends StandardSchemaV1 | undefined> {
  /** The queue that carries these jobs: any name that BullMQ takes, of 512 characters at most, without control characters. */
  readonly queue: string;
  /** The schema of the payload, from any Standard Schema library. */
  readonly data: Payload;
  /** The schema of what handlers return; without it nothing is kept. */
  readonly result?: Result;
  /**
   * How often a job is tried in all before it is dead-lettered, from 1 to 1,000; default 3. This and `backoff` travel with each job
   * where they are not the default; otherwise the contract of the worker that handles it counts.
   */
  readonly attempts?: number;
  /**
   * The wait between attempts; default exponential from one second, half of it drawn at random. A function stays in the contract: the one
   * of the worker that handles the job is called.
   */
  readonly backoff?: Backoff | BackoffFunction;
  /** How long one attempt may take, in milliseconds, from 1 to 2,147,483,647; default: for ever. */
  readonly deadlineMs?: number;
  /** How jobs that are sent with a `key` share the queue; by default one of a key at a time, in order. */
  readonly groups?: GroupOptions;
  /**
   * How many jobs may wait in the queue for one of this contract to be sent, delayed ones and those of other contracts included, and what happens
   * to one too many: it is refused with a QueueFullError (`refuse`, the default), or the oldest that waits is removed for it (`dropOldest`).
   */
  readonly maxLength?: { readonly jobs: number; readonly whenFull?: MaxLength['whenFull'] };
}

/** How a contract is declared that computes the payloads of its schedules. */
export interface ComputedOptions<Payload extends StandardSchemaV1> {
  /**
   * Computes the payload of the runs of its schedules, in the worker that handles them: `producer.schedule` takes none then. What it throws is a
   * failed attempt; a payload off the schema a dead letter.
   */
  readonly scheduleData: ScheduleData<StandardSchemaV1.InferInput<Payload>>;
}

/**
 * Declares a job: a frozen contract, typed by its name and schemas, to be shared by producers and workers.
 *
 * @throws ContractError naming everything that is wrong with the name or the options.
 * @example
 * const chargeCard = job('charge-card', {
 *   queue: 'payments',
 *   data: z.object({ orderId: z.string(), cents: z.int().positive() }),
 *   result: z.object({ receipt: z.string() }),
 * });
 */
export function job<
  const Name extends string,
  Payload extends StandardSchemaV1,
  Result extends StandardSchemaV1 | undefined = undefined,
  const Version extends number = 1,
>(
  name: Name,
  options: JobOptions<Payload, Result> & VersionOptions<Version, Payload> & ComputedOptions<Payload>,
): JobContract<Name, Payload, Result> & { readonly scheduleData: ScheduleData };
export function job<
  const Name extends string,
  Payload extends StandardSchemaV1,
  Result extends StandardSchemaV1 | undefined = undefined,
  const Version extends number = 1,
>(
  name: Name,
  options: JobOptions<Payload, Result> & VersionOptions<Version, Payload>,
): JobContract<Name, Payload, Result>;
export function job<Name extends string, Payload extends StandardSchemaV1>(
  name: Name,
  options: JobOptions<Payload, StandardSchemaV1 | undefined>,
): JobContract<Name, Payload> {
  const examined = contractOptions.examine(options);
  const faults = [...nameFaults(name), ...examined.faults];
  if (!('values' in examined) || faults.length > 0) throw new ContractError(String(name), faults);
  const missing = upgradeFaults(examined.values.version, examined.values.upgrade);
  if (missing.length > 0) throw new ContractError(name, missing);
  // The table sees schemas as such; which ones they are, only the caller's types know.
  return Object.freeze({ name, ...examined.values }) as JobContract<Name, Payload>;
}

/** @throws NotAContractError for anything but a contract; `call` is what it was passed to, for people. */
export function requireContract(value: unknown, call: string): asserts value is AnyJob {
  if (!isContract(value)) throw new NotAContractError(call, value);
}

function isContract(value: unknown): value is AnyJob {
  if (typeof value !== 'object' || value === null) return false;
  const { name, queue, data } = value as Partial<AnyJob>;
  return typeof name === 'string' && typeof queue === 'string' && isStandardSchema(data);
}

/** Whether a value is a schema by the Standard Schema specification, version 1. */
export function isStandardSchema(value: unknown): value is StandardSchemaV1 {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard: unknown = Reflect.get(value, '~standard');
  if (typeof standard !== 'object' || standard === null) return false;
  return Reflect.get(standard, 'version') === 1 && typeof Reflect.get(standard, 'validate') === 'function';
}

function nameFaults(name: unknown): readonly OptionFault[] {
  const message = nameFault('job', name);
  return message === undefined ? [] : [{ option: 'name', message }];
}

/** How often a job is tried in all. The table that includes it sets the default. */
export const attemptsOption = {
  type: 'count',
  min: 1,
  max: 1_000,
  because: {
    min: 'it counts the first attempt, too: 1 tries once and never again, which is what BullMQ means by 0 and by none',
    max: 'a job that failed a thousand times fails again: dead-letter it and redrive it once the cause is gone',
  },
  doc: 'How often a job is tried in all before it is dead-lettered.',
} as const;

/** How often a job is tried in all where its contract does not say. */
export const DEFAULT_ATTEMPTS = 3;

/** How a job is tried again, as far as it was sent with the job; for the rest, the worker's contract counts. */
export interface Retries {
  readonly attempts: number | undefined;
  readonly backoff: Backoff | undefined;
}

/** The same as a contract has it: both are always given. */
export type ContractRetries = Pick<AnyJob, keyof Retries>;

/**
 * What of a contract's retries has to travel with each job: all but the defaults, and a function, which cannot. A job without them takes
 * what its worker's contract says. The defaults as JSON have more than the 64 bytes up to which Redis keeps a hash compact
 * (`hash-max-listpack-value`): a small job took 656 bytes of its memory with them, and takes 232 without (`MEMORY USAGE`, Redis 7.0).
 */
export function retriesToStore({ attempts, backoff }: ContractRetries): Retries {
  return {
    attempts: attempts === DEFAULT_ATTEMPTS ? undefined : attempts,
    backoff: typeof backoff === 'function' || isDefaultBackoff(backoff) ? undefined : backoff,
  };
}

function isDefaultBackoff({ type, delayMs, jitter }: Backoff): boolean {
  return type === DEFAULT_BACKOFF.type && delayMs === DEFAULT_BACKOFF.delayMs && jitter === DEFAULT_BACKOFF.jitter;
}

const longestTimerMs = 2_147_483_647;

/** The options of {@link job}. */
export const contractOptions = defineOptions({
  queue: {
    type: 'string',
    required: true,
    expected: NAME_RULES.queue,
    accepts: (text) => nameFault('queue', text) === undefined,
    hint: (given) => nameHint('queue', given),
    doc: 'The queue that carries jobs of this contract.',
  },
  data: {
    type: 'value',
    required: true,
    expected: 'a Standard Schema, for example z.object({ … }) of zod',
    accepts: isStandardSchema,
    doc: 'The schema of the payload.',
  },
  result: {
    type: 'value',
    expected: 'a Standard Schema, for example z.object({ … }) of zod',
    accepts: isStandardSchema,
    doc: 'The schema of what handlers return; without it nothing is kept.',
  },
  attempts: { ...attemptsOption, default: DEFAULT_ATTEMPTS },
  backoff: { ...backoffOption, or: backoffFunction, default: DEFAULT_BACKOFF },
  deadlineMs: {
    type: 'ms',
    min: 1,
    max: longestTimerMs,
    because: { max: 'Node fires a longer timer at once' },
    doc: "How long one attempt may take; for ever when left out. Then the handler's signal aborts: a result that it returns within the worker's `letGoMs` (1 s) is acked all the same, anything it throws counts as the deadline, and after that its delivery ends without it.",
  },
  maxLength: {
    type: 'group',
    of: {
      jobs: {
        type: 'count',
        required: true,
        min: 1,
        max: 100_000_000,
        doc: 'How many jobs may wait in the queue, delayed ones and those of other contracts included, for one of this contract to be sent.',
      },
      whenFull: {
        type: 'choice',
        of: ['refuse', 'dropOldest'],
        default: 'refuse',
        doc: 'What happens to one too many: `producer.send` rejects with a `QueueFullError`, or the oldest that waits is removed for it.',
      },
    },
    doc: 'Bounds the queue for sends of this job ([sending.md](sending.md#a-queue-that-is-full)).',
  },
  scheduleData: {
    type: 'value',
    expected: 'a function of { schedule, scheduledFor }',
    accepts: (value: unknown): value is ScheduleData => typeof value === 'function',
    doc: 'Computes the payload of the runs of its schedules, in the worker that handles them ([schedules.md](schedules.md#payloads-that-are-computed)).',
  },
  version: {
    type: 'count',
    default: 1,
    min: 1,
    max: 1_000,
    doc: 'The version of the payload that `data` describes.',
  },
  upgrade: {
    type: 'value',
    default: Object.freeze({}),
    expected: 'functions by the version they start from, for example { 1: (old) => ({ … }) }',
    accepts: isUpgradeSteps,
    doc: 'How a payload of each earlier version becomes one of the next.',
  },
  groups: groupsOption,
});
