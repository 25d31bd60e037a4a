// What a user writes for one job: a class, or a plain function, with the middleware around it and what is injected.
import { job, type AnyJob, type JobContract, type JobOptions, type ResultInput } from '@acktor/core';
import { defineOptions, type OptionTable } from '@acktor/core/engine';
import { requireContract, type MaybePromise } from '@acktor/core/internal';
import type { Delivery } from '../delivery/delivery.js';
import type { Rejection } from '../delivery/settlement.js';
import { HandlesTwiceError, NotAHandlerError } from '../errors.js';
import { isDeadJobListener, type DeadJobListener } from '../events/on-dead.js';
import { areTokens, type Injected, type Token } from './container.js';
import { areMiddleware, isGenerator, isMiddleware, type Middleware } from './middleware.js';
import { keepDecoratorMetadata, tsyringe } from './tsyringe.js';

/** Under which a handler has its definition. Registered, so that a handler is known whose declaration came with another installed copy. */
export const DEFINITION: unique symbol = Symbol.for('acktor.handler') as never;

/**
 * Handles the deliveries of one job. A new instance is built for each delivery.
 *
 * Returning acks, with the value as the result; throwing rejects, and the job is tried again while attempts are left;
 * `return reject(…)` chooses. A handler should let go when `delivery.signal` aborts.
 */
export interface Handler<J extends AnyJob> {
  handle(delivery: Delivery<J>): MaybePromise<ResultInput<J> | Rejection>;
}

/** Any handler class, whatever its job. */
export type AnyHandlerClass = new (...dependencies: never[]) => { handle(delivery: never): unknown };

/** A class whose instances handle `J`. Its constructor's parameters come from the container, or are named by `inject`. */
export type HandlerClass<J extends AnyJob = AnyJob, Tokens extends readonly Token[] = readonly Token[]> = new (
  ...dependencies: Injected<Tokens>
) => Handler<J>;

/** A plain function that handles `J` as {@link Handler} says; what `inject` names comes after the delivery. */
export type HandlerFunction<J extends AnyJob = AnyJob, Tokens extends readonly Token[] = readonly []> = (
  delivery: Delivery<J>,
  ...dependencies: Injected<Tokens>
) => MaybePromise<ResultInput<J> | Rejection>;

/** What `Worker.start({ handlers })` takes: a class with {@link handles}, or what {@link handle} or {@link handleBatch} made. */
export type AnyHandler = AnyHandlerClass | FunctionHandler | DeclaredHandler;

/** What is injected into a handler, and the middleware around it. */
export interface HandlerOptions<J extends AnyJob = AnyJob, Tokens extends readonly Token[] = readonly Token[]> {
  /**
   * Tokens for the constructor's parameters, or the function's after the delivery, in their order. A class without it is built by the
   * types that the compiler wrote down (`emitDecoratorMetadata`).
   */
  readonly inject?: Tokens | undefined;
  /** Runs around the handler, the first outermost, within the middleware of the worker. */
  readonly use?: readonly Middleware<J>[] | undefined;
  /** Called with each of its jobs that is dead, as {@link onDead} says. */
  readonly onDead?: DeadJobListener<J> | undefined;
}

/**
 * Declares that a class handles a job. As a decorator, or called: `handles(job, { inject: [Pool] })(ChargeCard)`, where there are
 * no decorators.
 *
 * A class handles one job; one that extends it may have a `@handles` of its own. A class whose `handle` does not take the job's
 * deliveries, or returns something other than its result, or whose constructor does not take what `inject` names, does not compile.
 *
 * Without `inject`, tsyringe builds the class, and is loaded here with `reflect-metadata`; with it, neither is.
 *
 * @throws NotAContractError, when the class is declared, for anything but a contract; OptionsError for options that are none;
 * HandlesTwiceError for a second `@handles` on a class; NotAHandlerError when its constructor has more parameters than `inject` names.
 * @example
 * @handles(chargeCard)
 * export class ChargeCard implements Handler<typeof chargeCard> { … }
 */
export function handles<J extends AnyJob, const Tokens extends readonly Token[] = readonly Token[]>(
  job: J,
  options: HandlerOptions<NoInfer<J>, Tokens> = {},
): <C extends HandlerClass<J, Tokens>>(target: C) => void {
  requireContract(job, '@handles');
  const definition = defined(job, options);
  // The compiler's own decorator, which writes the types down, runs after this and before the class is known.
  if (definition.inject === undefined) keepDecoratorMetadata();
  return (target) => {
    const other = contractOf(target);
    if (other) throw new HandlesTwiceError(target.name, [other.name, job.name]);
    requireNamed(target.name, target.length, definition.inject);
    Object.defineProperty(target, DEFINITION, { value: definition });
    if (definition.inject === undefined) makeInjectable(target as AnyHandlerClass);
  };
}

/**
 * Declares that a function handles a job. It runs once for each delivery, and neither tsyringe nor `reflect-metadata` is loaded for it.
 *
 * @throws NotAContractError for anything but a contract; OptionsError for options that are none; NotAHandlerError for anything but a
 * function, async or not, with no more parameters than `inject` names.
 * @example
 * export const charge = handle(chargeCard, async ({ data, signal }) => ({ receipt: await gateway.charge(data, { signal }) }));
 * @example
 * export const charge = handle(chargeCard, { inject: [Transaction] }, async ({ data }, transaction) => { … });
 */
export function handle<J extends AnyJob>(job: J, run: HandlerFunction<J>): FunctionHandler<J>;
export function handle<J extends AnyJob, const Tokens extends readonly Token[] = readonly []>(
  job: J,
  options: HandlerOptions<NoInfer<J>, Tokens>,
  run: HandlerFunction<J, Tokens>,
): FunctionHandler<J>;
export function handle<J extends AnyJob>(job: J, ...given: readonly unknown[]): FunctionHandler<J> {
  requireContract(job, 'handle');
  const [options, run] = given.length > 1 ? given : [{}, given[0]];
  return new FunctionHandler<J>(defined(job, options as object), run);
}

/** The contract that a handler of all other jobs sees: the name of the job, and JSON of any form. */
export type UncheckedJob = JobContract<string, AnyJson, AnyJson>;

type AnyJson = AnyJob['data'];

/** What {@link handleAll} takes besides its queue and its function. */
export interface HandleAllOptions<Tokens extends readonly Token[] = readonly Token[]> extends HandlerOptions<
  UncheckedJob,
  Tokens
> {
  /** How often a job is tried in all where it does not say so itself; 1 by default, as BullMQ does. */
  readonly attempts?: JobOptions<AnyJson, undefined>['attempts'] | undefined;
  /** The wait between attempts where a job does not say so itself; as of a contract. */
  readonly backoff?: JobOptions<AnyJson, undefined>['backoff'] | undefined;
  /** How long one attempt may take; for ever by default. */
  readonly deadlineMs?: number | undefined;
}

/**
 * Declares that a function handles all jobs of a queue that no other handler of the worker is for: so that an existing queue can be worked
 * on before its contracts are written.
 *
 * Nothing of a payload is checked but that it is JSON within the worker's limits: `delivery.name` is the job's name, `delivery.data` is
 * unknown, and of whatever version. The result may be any JSON.
 *
 * @throws ContractError for a queue that can be none, and for attempts, backoff or deadlineMs that are out of bounds; OptionsError and
 * NotAHandlerError as {@link handle}. A second one of a queue is refused by `Worker.start` (DuplicateHandlerError).
 * @example
 * export const mails = handleAll('mails', async ({ name, data, signal }) => legacy[name]?.(data, signal));
 */
export function handleAll(queue: string, run: HandlerFunction<UncheckedJob>): FunctionHandler<UncheckedJob>;
export function handleAll<const Tokens extends readonly Token[] = readonly []>(
  queue: string,
  options: HandleAllOptions<Tokens>,
  run: HandlerFunction<UncheckedJob, Tokens>,
): FunctionHandler<UncheckedJob>;
export function handleAll(queue: string, ...given: readonly unknown[]): FunctionHandler<UncheckedJob> {
  const [options, run] = given.length > 1 ? given : [{}, given[0]];
  const { attempts = 1, backoff, deadlineMs, ...own } = options as HandleAllOptions;
  const retries = { attempts, ...(backoff && { backoff }), ...(deadlineMs !== undefined && { deadlineMs }) };
  const contract = job('all-others', { queue, data: anyJson, result: anyJson, ...retries });
  return new FunctionHandler<UncheckedJob>(defined(Object.freeze({ ...contract, name: ALL_OTHERS }), own), run);
}

/** In place of a job's name, for the handler of all other jobs: no contract can have it. */
export const ALL_OTHERS = '';

const anyJson: AnyJson = { '~standard': { version: 1, vendor: 'acktor', validate: (value) => ({ value }) } };

/** As a method, so that a handler of one job is also an {@link AnyHandler}. */
interface HandlerMethod<J extends AnyJob> {
  handle(delivery: Delivery<J>, ...dependencies: readonly unknown[]): MaybePromise<ResultInput<J> | Rejection>;
}

/** A function for one job, made by {@link handle}. */
export class FunctionHandler<J extends AnyJob = AnyJob> {
  readonly [DEFINITION]: HandlerDefinition;
  /** The function's own name, or one made of the job's. */
  readonly name: string;
  /** The function itself, without middleware. */
  readonly handle: HandlerMethod<J>['handle'];

  /** @internal */
  constructor(definition: HandlerDefinition, run: unknown) {
    if (typeof run !== 'function') throw notAFunction(run);
    this.name = run.name === '' ? callOf(definition.job) : run.name;
    const fault = generatorFault(run, `the function of ${this.name}`);
    if (fault !== undefined) throw new NotAHandlerError(this.name, fault);
    requireNamed(this.name, run.length - 1, definition.inject ?? []);
    this[DEFINITION] = definition;
    this.handle = run as HandlerMethod<J>['handle'];
  }

  get job(): J {
    return this[DEFINITION].job as J;
  }
}

function callOf({ name, queue }: AnyJob): string {
  return name === ALL_OTHERS ? `handleAll(${queue})` : `handle(${name})`;
}

/** A handler that says itself how it is run. */
export interface DeclaredHandler {
  readonly [DEFINITION]: HandlerDefinition;
  readonly name: string;
}

/** What a class or a function was declared with. */
export interface HandlerDefinition {
  readonly job: AnyJob;
  /** Given for one that takes many deliveries at a time. */
  readonly batch?: BatchRules;
  readonly inject: readonly Token[] | undefined;
  readonly use: readonly Middleware[];
  readonly onDead: DeadJobListener<never> | undefined;
}

/** How deliveries are gathered, and the function that takes them. */
export interface BatchRules {
  readonly size: number;
  readonly timeoutMs: number;
  readonly by: ((data: never) => unknown) | undefined;
  readonly run: (deliveries: readonly Delivery[], batch: never) => unknown;
}

/** Returns what a value was declared with, by whichever copy of this package; undefined for anything but a handler. */
export function definitionOf(candidate: unknown): HandlerDefinition | undefined {
  const isOne = typeof candidate === 'function' || (typeof candidate === 'object' && candidate !== null);
  if (!isOne || !Object.hasOwn(candidate, DEFINITION)) return undefined;
  return (candidate as { readonly [DEFINITION]?: HandlerDefinition })[DEFINITION];
}

/** Returns the contract that a value was declared to handle; undefined for any other value. */
export function contractOf(candidate: unknown): AnyJob | undefined {
  return definitionOf(candidate)?.job;
}

/** Registers the class with our tsyringe. Another installed copy of this package has registered it with its own alone. */
export function makeInjectable(target: AnyHandlerClass): void {
  if (known.has(target)) return;
  tsyringe().injectable()(target);
  known.add(target);
}

/** Returns what is wrong with a generator, whose body a call does not run; undefined for any other function. */
export function generatorFault(run: unknown, what: string): string | undefined {
  const kind = what.startsWith('handle ') ? 'method' : 'function';
  return isGenerator(run)
    ? `expected ${what} to be a ${kind}, async or not, got a generator, whose body would never run: make it an async ${kind}`
    : undefined;
}

const handlerTable = {
  inject: {
    type: 'value',
    expected: 'an array of classes, texts or symbols',
    accepts: areTokens,
    doc: "Tokens for the parameters of a class's constructor, or of a function after its delivery, in their order; a class without it is built by the types that the compiler wrote down ([handlers.md](handlers.md#without-decorator-metadata)).",
  },
  use: {
    type: 'value',
    default: [] as readonly Middleware[],
    expected: 'an array of functions (delivery, next) => result',
    accepts: areMiddleware,
    item: { expected: 'a function (delivery, next) => result that is no generator', accepts: isMiddleware },
    doc: "Middleware around this handler, within the worker's, the first outermost ([middleware.md](middleware.md)).",
  },
  onDead: {
    type: 'value',
    expected: 'a function, async or not, that is given the dead job',
    accepts: isDeadJobListener,
    doc: 'Called with each of its jobs that becomes a dead letter ([events.md](events.md#when-a-job-is-dead)).',
  },
} as const satisfies OptionTable;

/** Checks the options of {@link handles} and {@link handle}. */
export const handlerOptions = defineOptions(handlerTable);

/** @throws OptionsError. */
export function defined(job: AnyJob, options: object): HandlerDefinition {
  const { inject, use, onDead } = handlerOptions.check(options);
  return Object.freeze({ job, inject, use, onDead });
}

/** A parameter without a token would be undefined in every delivery. */
function requireNamed(name: string, parameters: number, inject: readonly Token[] | undefined): void {
  if (inject === undefined || parameters <= inject.length) return;
  throw new NotAHandlerError(
    name,
    `expected inject of ${name} to name its ${parameters} parameters, got ${inject.length}: name what each is to be given, in their order`,
  );
}

function notAFunction(run: unknown): NotAHandlerError {
  const found = run === null ? 'null' : `a value of type ${typeof run}`;
  return new NotAHandlerError(found, `expected handle(job, function) or handle(job, options, function), got ${found}`);
}

const known = new WeakSet<AnyHandlerClass>();
