// The contract of a flow: a graph of steps, each a job of its own, declared once and shared by those who send it and those who run it.
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { job, type JobContract } from '../contract/job.js';
import type { VersionOptions } from '../contract/versions.js';
import { ContractError } from '../errors.js';
import { defineOptions } from '../options/options.js';
import { declareGraph } from './graph.js';
import type { DeclareEnd, DeclareStep, FlowEnd, FlowStep } from './step.js';

/** Registered, so that a flow is known whichever installed copy of this package made it. */
const FLOW: unique symbol = Symbol.for('acktor.flow') as never;

/** How a flow is declared. */
export interface FlowOptions<Payload extends StandardSchemaV1, Result extends StandardSchemaV1 | undefined> {
  /** The queue that carries the flows themselves; their steps go to the queues of their own contracts. */
  readonly queue: string;
  /** The schema of the payload, from any Standard Schema library. */
  readonly data: Payload;
  /** The schema of the flow's result; without it nothing is kept. */
  readonly result?: Result;
  /** What a cancel does with the steps that are done: by default they stay as they are. */
  readonly onCancel?: 'failFlow' | 'compensate';
  /** How long the whole flow may take, in milliseconds, from 1,000 to a year; then it is cancelled. By default for ever. */
  readonly timeLimitMs?: number;
}

/** A flow as producers and workers share it: a contract like any other, with steps. Frozen. */
export interface FlowContract<
  Name extends string = string,
  Payload extends StandardSchemaV1 = StandardSchemaV1,
  Result extends StandardSchemaV1 | undefined = StandardSchemaV1 | undefined,
> extends JobContract<Name, Payload, Result> {
  readonly [FLOW]: true;
  /** In the order of their declaration, in which each comes after those that it waits for. */
  readonly steps: readonly FlowStep[];
  readonly end: FlowEnd;
  readonly onCancel: 'failFlow' | 'compensate';
  readonly timeLimitMs: number | undefined;
}

/**
 * Declares a flow: jobs that run one after another, or beside each other, each with the results of those before it. It is sent like any job,
 * and ends like one: its receipt has its result and its progress, and a flow that fails is a dead letter, whose redrive goes on from there.
 *
 * `declare` is called at once, with two functions: `step(name, job, options)` and `end(options)`. A step can only come after steps that were
 * declared before it, so that a graph without a cycle is all that can be said.
 *
 * @throws ContractError naming everything that is wrong: options, names, a step that is declared twice or belongs to another flow, more than
 * 500 steps or none; NotAContractError for a step, or a compensation, whose job is no contract.
 * @example
 * const importFlow = flow('import', { queue: 'imports', data: z.object({ url: z.url() }) }, (step) => {
 *   const fetch = step('fetch', fetchFile, { data: (_, flow) => ({ url: flow.data.url }) });
 *   step('load', loadRows, { after: [fetch], data: ({ fetch }) => ({ path: fetch.path }) });
 * });
 */
export function flow<
  const Name extends string,
  Payload extends StandardSchemaV1,
  Result extends StandardSchemaV1 | undefined = undefined,
  const Version extends number = 1,
>(
  name: Name,
  options: FlowOptions<Payload, Result> & VersionOptions<Version, Payload>,
  declare: (
    step: DeclareStep<StandardSchemaV1.InferOutput<Payload>>,
    end: DeclareEnd<StandardSchemaV1.InferOutput<Payload>, Result>,
  ) => Result extends StandardSchemaV1 ? FlowEnd : FlowEnd | void,
): FlowContract<Name, Payload, Result> {
  const { onCancel, timeLimitMs, ...rest } = (options as typeof options | undefined) ?? ({} as typeof options);
  const own = flowOptions.examine(definedOf({ onCancel, timeLimitMs }));
  const contract = job<Name, Payload, Result, Version>(name, rest as never);
  if (!('values' in own)) throw new ContractError(name, own.faults);
  const { steps, end, faults } = declareGraph(declare, contract.result !== undefined);
  if (faults.length > 0) throw new ContractError(name, faults);
  return Object.freeze({ ...contract, [FLOW]: true as const, steps, end, ...own.values });
}

/** Whether a value is a flow, of whichever installed copy. */
export function isFlow(value: unknown): value is FlowContract {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, FLOW);
}

function definedOf(options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

/** What {@link flow} takes besides what is a job's. */
export const flowOptions = defineOptions({
  onCancel: {
    type: 'choice',
    of: ['failFlow', 'compensate'],
    default: 'failFlow',
    doc: 'What a cancel does with the steps that are done: they stay, or are compensated.',
  },
  timeLimitMs: {
    type: 'ms',
    min: 1_000,
    max: 31_536_000_000,
    doc: 'How long the whole flow may take; then it is cancelled. For ever when left out.',
  },
});
