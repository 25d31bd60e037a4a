// A handler that takes many deliveries in one call.
import { OptionsError, type AnyJob, type PayloadOf, type ResultInput } from '@acktor/core';
import { defineOptions, type OptionTable } from '@acktor/core/engine';
import { requireContract, type MaybePromise } from '@acktor/core/internal';
import type { Delivery } from '../delivery/delivery.js';
import type { Rejection } from '../delivery/settlement.js';
import { NotAHandlerError } from '../errors.js';
import { DEFINITION, defined, generatorFault, type HandlerDefinition, type HandlerOptions } from './handler.js';

/** What a batch handler decides with, besides what it returns. */
export interface Batch<J extends AnyJob = AnyJob> {
  /** What `by` returned for all of them, as text; undefined without `by`. */
  readonly key: string | undefined;
  /** Aborts when the signal of each delivery that is not settled has: then the handler should end. Each delivery has its own, too. */
  readonly signal: AbortSignal;
  /**
   * Acks one delivery now, with its result, while the handler goes on with the others. Returns whether it counts: the first settlement of a
   * delivery does. @throws BatchError for a delivery of another batch.
   */
  ack(delivery: Delivery<J>, result: ResultInput<J>): boolean;
  /** Rejects one delivery now: with an error as if a handler of it alone had thrown it, with `reject(…)` as that says. As {@link Batch.ack}. */
  reject(delivery: Delivery<J>, why: Error | Rejection): boolean;
}

/** How one delivery of a batch ends: with its result, or rejected, as by an error that is thrown. */
export type BatchOutcome<J extends AnyJob = AnyJob> = ResultInput<J> | Rejection | Error;

/**
 * Handles deliveries together. What it returns ends each that it has not settled yet: an outcome for each, in their order, or nothing, which
 * acks them as a handler that returns nothing does. What it throws rejects all of these.
 */
export type BatchFunction<J extends AnyJob = AnyJob> = (
  deliveries: readonly Delivery<J>[],
  batch: Batch<J>,
) => MaybePromise<readonly BatchOutcome<J>[] | void>;

/** How deliveries are gathered. */
export interface BatchOptions<J extends AnyJob = AnyJob> extends Omit<HandlerOptions<J>, 'inject'> {
  /** The most deliveries in a call, from 2 to 1,000. The queue needs as many consumers at least: each holds one. */
  readonly size: number;
  /** How long the first of a batch waits for others, in milliseconds, from 1 to 60,000; 100 by default. It counts towards the deadline of its job. */
  readonly timeoutMs?: number | undefined;
  /** Only deliveries for whose payloads this returns the same text or number are in one batch. */
  readonly by?: ((data: PayloadOf<J>) => string | number) | undefined;
}

/**
 * Declares that a function handles the deliveries of a job together: up to `size` of one worker process that have come within `timeoutMs`.
 *
 * Each delivery is one like any other: it has its own consumer, lease, deadline and attempts, its payload has passed the schema, middleware runs
 * around each, and each is acked or rejected by itself. So a worker needs at least `size` consumers for the queue, or it does not start. A
 * delivery that is cancelled, or loses its lease, while it waits is not in the batch.
 *
 * @throws NotAContractError, OptionsError, NotAHandlerError as {@link handle}.
 * @example
 * export const index = handleBatch(indexPage, { size: 100, timeoutMs: 50 }, async (deliveries, { signal }) => {
 *   const answers = await search.bulk(deliveries.map(({ data }) => data), { signal });
 *   return answers.map(({ error }) => error && new Error(error.reason));
 * });
 */
export function handleBatch<J extends AnyJob>(
  job: J,
  options: BatchOptions<NoInfer<J>>,
  run: BatchFunction<J>,
): BatchHandler<J> {
  requireContract(job, 'handleBatch');
  const { size, timeoutMs, by, ...own } = batchOptions.check(options);
  if (job.deadlineMs !== undefined && timeoutMs >= job.deadlineMs) throw tooLate(job, timeoutMs);
  return new BatchHandler<J>({ ...defined(job, own), batch: { size, timeoutMs, by, run: run as never } }, run);
}

/** A function for many deliveries of one job, made by {@link handleBatch}. */
export class BatchHandler<J extends AnyJob = AnyJob> {
  readonly [DEFINITION]: HandlerDefinition;
  /** The function's own name, or one made of the job's. */
  readonly name: string;
  /** The function itself, without middleware. */
  readonly handle: BatchFunction<J>;

  /** @internal */
  constructor(definition: HandlerDefinition, run: BatchFunction<J>) {
    if (typeof run !== 'function') throw notAFunction(run);
    this.name = run.name === '' ? `handleBatch(${definition.job.name})` : run.name;
    const fault = generatorFault(run, `the function of ${this.name}`);
    if (fault !== undefined) throw new NotAHandlerError(this.name, fault);
    this[DEFINITION] = Object.freeze(definition);
    this.handle = run;
  }

  get job(): J {
    return this[DEFINITION].job as J;
  }
}

const batchTable = {
  size: {
    type: 'count',
    required: true,
    min: 2,
    max: 1_000,
    because: { min: 'one delivery is no batch: use handle()', max: 'each has a consumer of its own' },
    doc: 'The most deliveries in one call. The queue needs as many consumers at least.',
  },
  timeoutMs: {
    type: 'ms',
    default: 100,
    min: 1,
    max: 60_000,
    because: { max: 'a consumer that waits for others does nothing else' },
    doc: 'How long the first delivery of a batch waits for others. It counts towards the deadline of its job.',
  },
  by: {
    type: 'value',
    expected: 'a function of the payload',
    accepts: (value: unknown): value is (data: never) => unknown => typeof value === 'function',
    doc: 'Only deliveries for whose payloads this returns the same text or number are in one batch.',
  },
  use: { type: 'value', expected: 'middleware', accepts: isAnything, doc: 'As of `handle`.' },
  onDead: { type: 'value', expected: 'a function', accepts: isAnything, doc: 'As of `handle`.' },
} as const satisfies OptionTable;

/** Checks the options of {@link handleBatch}. What it shares with `handle` is checked there. */
export const batchOptions = defineOptions(batchTable);

function isAnything(value: unknown): value is unknown {
  return value !== undefined;
}

function tooLate({ name, deadlineMs }: AnyJob, timeoutMs: number): OptionsError {
  const message =
    `expected timeoutMs to be below the deadline of job ${name}, ${deadlineMs} ms, got ${timeoutMs} ` +
    '(a delivery that waits for others for so long would have no time left)';
  return new OptionsError([{ option: 'timeoutMs', message }]);
}

function notAFunction(run: unknown): NotAHandlerError {
  const found = run === null ? 'null' : `a value of type ${typeof run}`;
  return new NotAHandlerError(found, `expected handleBatch(job, options, function), got ${found}`);
}
