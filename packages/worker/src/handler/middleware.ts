// Middleware: functions that run around the handler of a delivery.
import { OptionsError, type AnyJob, type OptionFault, type ResultInput } from '@acktor/core';
import { defineOptions, type OptionTable } from '@acktor/core/engine';
import type { Delivery } from '../delivery/delivery.js';
import type { Rejection } from '../delivery/settlement.js';
import { areTokens, type Token } from './container.js';

/**
 * Runs around the handler of a delivery, async or not: what it returns is the result, and what it throws fails the delivery, as a
 * handler's. When it returns nothing though `next()` gave something, the delivery fails with a MiddlewareResultError.
 *
 * Its delivery is the handler's, with the payload that has passed its schema. It may provide what is injected
 * (`delivery.provide(token, value)`) before it calls `next()`, which builds the handler and runs it. The result that it returns is
 * checked by the contract's schema when the outermost has returned.
 *
 * Gotchas: a handler may return a rejection instead of throwing: check `isRejection(result)` before you commit something. The delivery
 * ends when both the middleware has returned and the handler that it began has ended, whichever is last.
 */
export type Middleware<J extends AnyJob = AnyJob, Result = NextResult<J>> = (
  delivery: Delivery<J>,
  next: Next<Result>,
) => unknown;

/**
 * Runs what is within, and returns its result, or a rejection. Rejects with what was thrown; with the reason of `delivery.signal`, and
 * runs nothing, when that has aborted; with a NextCalledError when it is called a second time, or after its middleware has returned.
 */
export type Next<Result = unknown> = () => Promise<Result>;

/** What the handler of a job returns; `unknown` where the job is not known. */
export type NextResult<J extends AnyJob> = AnyJob extends J
  ? unknown
  : Rejection | ([ResultInput<J>] extends [void] ? undefined : ResultInput<J>);

/** What a middleware declares. */
export interface MiddlewareOptions {
  /** The tokens that it provides for every delivery, before it calls `next()`: the worker counts on them when it checks its handlers. */
  readonly provides: readonly Token[];
}

/**
 * Makes a middleware, typed by its job, that may declare what it provides.
 *
 * A delivery fails with a NotProvidedError when the middleware calls `next()` without having provided all that it declares.
 * @throws OptionsError for options that are none, and for anything but a function.
 * @example
 * const timed = middleware(async (delivery, next) => {
 *   const startedMs = performance.now();
 *   try {
 *     return await next();
 *   } finally {
 *     report(delivery.job.name, performance.now() - startedMs);
 *   }
 * });
 * @example
 * const transacted = middleware({ provides: [Transaction] }, async (delivery, next) => {
 *   await using transaction = await pool.begin();
 *   delivery.provide(Transaction, transaction);
 *   const result = await next();
 *   if (!isRejection(result)) await transaction.commit();
 *   return result;
 * });
 */
export function middleware<J extends AnyJob = AnyJob>(run: Middleware<J>): Middleware<J>;
export function middleware<J extends AnyJob = AnyJob>(options: MiddlewareOptions, run: Middleware<J>): Middleware<J>;
export function middleware<J extends AnyJob = AnyJob>(
  options: MiddlewareOptions | Middleware<J>,
  run?: Middleware<J>,
): Middleware<J> {
  if (typeof options === 'function') return runnable(options);
  const { provides } = middlewareOptions.check(options);
  const inner = runnable(run);
  const declared: Middleware<J> = (delivery, next) => inner(delivery, next);
  return Object.defineProperties(declared, {
    name: { value: inner.name },
    [PROVIDES]: { value: Object.freeze([...provides]) },
  });
}

const middlewareTable = {
  provides: {
    type: 'value',
    required: true,
    expected: 'an array of classes, texts or symbols',
    accepts: areTokens,
    doc: 'The tokens that the middleware provides for every delivery, before it calls `next()`: the worker counts on them when it checks its handlers.',
  },
} as const satisfies OptionTable;

/** Checks the options of {@link middleware}. */
export const middlewareOptions = defineOptions(middlewareTable);

function runnable<J extends AnyJob>(run: Middleware<J> | undefined): Middleware<J> {
  if (typeof run !== 'function' || isGenerator(run)) throw new OptionsError([notAFunction(run)]);
  return run;
}

function notAFunction(run: unknown): OptionFault {
  const other = run === null ? 'null' : `a value of type ${typeof run}`;
  const found = isGenerator(run) ? 'a generator, whose body would never run,' : other;
  return { option: 'run', message: `expected middleware(options, function), got ${found} for the function` };
}

/** Returns what a middleware has declared to provide. */
export function providedBy(middleware: object): readonly Token[] {
  return (middleware as { readonly [PROVIDES]?: readonly Token[] })[PROVIDES] ?? [];
}

/** Whether a value is an array of middleware. */
export function areMiddleware(value: unknown): value is readonly Middleware[] {
  return Array.isArray(value) && value.every(isMiddleware);
}

/** Whether a value is a function that a call runs. */
export function isMiddleware(value: unknown): value is Middleware {
  return typeof value === 'function' && !isGenerator(value);
}

/** Whether a call of the function only makes a generator and runs nothing: as middleware it would ack jobs that no handler has seen. */
export function isGenerator(run: unknown): boolean {
  return GENERATORS.has(Object.prototype.toString.call(run));
}

const GENERATORS: ReadonlySet<string> = new Set(['[object GeneratorFunction]', '[object AsyncGeneratorFunction]']);

/** Registered: a middleware may have been made by another installed copy. */
const PROVIDES: unique symbol = Symbol.for('acktor.provides') as never;
