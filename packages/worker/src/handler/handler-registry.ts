// Which handler is for which job, of all that a worker was given, and how each is run.
import type { AnyJob, JsonLimits } from '@acktor/core';
import type { JobRecord } from '@acktor/core/engine';
import { visible } from '@acktor/core/internal';
import { DuplicateHandlerError, NotAHandlerError } from '../errors.js';
import { BatchExecutor } from './batch-executor.js';
import { ClassExecutor, FunctionExecutor, within, type Executor } from './executor.js';
import {
  ALL_OTHERS,
  definitionOf,
  generatorFault,
  makeInjectable,
  type AnyHandler,
  type AnyHandlerClass,
  type FunctionHandler,
} from './handler.js';
import type { InjectedHandler } from './check-parameters.js';
import { providedBy, type Middleware } from './middleware.js';

/** One job, and what runs its deliveries. */
export interface HandlerEntry {
  readonly job: AnyJob;
  readonly executor: Executor;
  /** What is injected, for the check at the start. */
  readonly injected: InjectedHandler;
  /** How large payloads may be, where that is not as of all others. */
  readonly payloads?: JsonLimits;
}

/** The handlers of one queue, by job name; that of all other jobs under {@link ALL_OTHERS}. */
export type QueueHandlers = ReadonlyMap<string, HandlerEntry>;

/** Returns what runs the job: its own handler, or that of all other jobs, for which the job is of a contract of its name and version. */
export function entryFor({ name, version }: JobRecord, handlers: QueueHandlers): HandlerEntry | undefined {
  const own = name === ALL_OTHERS ? undefined : handlers.get(name);
  if (own) return own;
  const others = handlers.get(ALL_OTHERS);
  return others && { ...others, job: Object.freeze({ ...others.job, name, version }) };
}

/**
 * Sorts handlers by queue, each within the middleware of its worker, and its own.
 * @throws NotAHandlerError for anything but a class with @handles or what handle() made; DuplicateHandlerError for two of one job.
 */
export function handlersByQueue(
  handlers: readonly unknown[],
  use: readonly Middleware[] = [],
): ReadonlyMap<string, QueueHandlers> {
  const queues = new Map<string, Map<string, HandlerEntry>>();
  for (const entry of handlers.map((handler) => entryOf(handler, use))) {
    const { queue, name } = entry.job;
    const known = queues.get(queue) ?? new Map<string, HandlerEntry>();
    const other = known.get(name);
    if (other) throw new DuplicateHandlerError(name, [other.injected.name, entry.injected.name]);
    queues.set(queue, known.set(name, entry));
  }
  return queues;
}

function entryOf(candidate: unknown, outer: readonly Middleware[]): HandlerEntry {
  const definition = definitionOf(candidate);
  if (definition === undefined) throw notDeclared(candidate);
  const { job, inject } = definition;
  const handler = candidate as AnyHandler;
  const use = [...outer, ...definition.use];
  const provided = new Set(use.flatMap(providedBy));
  const { name } = handler;
  if (typeof handler !== 'function') {
    const { batch } = definition;
    const run = batch ? new BatchExecutor(batch) : new FunctionExecutor(handler as FunctionHandler, inject);
    const executor = within(run, use);
    return { job, executor, injected: { name, handlerClass: undefined, inject: inject ?? [], provided } };
  }
  const fault = faultOfHandle(handler);
  if (fault !== undefined) throw new NotAHandlerError(name, fault);
  if (inject === undefined) makeInjectable(handler);
  const executor = within(new ClassExecutor(handler, inject), use);
  return { job, executor, injected: { name, handlerClass: handler, inject, provided } };
}

/** Returns what is wrong with the class's `handle`, without an instance: only a delivery may build one. */
function faultOfHandle({ name, prototype }: AnyHandlerClass): string | undefined {
  let owner: unknown = prototype;
  while (typeof owner === 'object' && owner !== null && !Object.hasOwn(owner, 'handle'))
    owner = Object.getPrototypeOf(owner);
  const handle = owner ? Object.getOwnPropertyDescriptor(owner, 'handle') : undefined;
  if (handle === undefined)
    return `expected ${name} to have a method handle(delivery), it has none: write handle(delivery) { … } (a field \`handle = …\` is none)`;
  const expected = `expected handle of ${name} to be a method, async or not, got`;
  if (handle.get || handle.set) return `${expected} an accessor: make it a method`;
  if (typeof handle.value !== 'function')
    return `${expected} ${handle.value === null ? 'null' : `a value of type ${typeof handle.value}`}: make it a method`;
  return generatorFault(handle.value, `handle of ${name}`);
}

function notDeclared(candidate: unknown): NotAHandlerError {
  const [found, advice] = misfitOf(candidate);
  return new NotAHandlerError(found, `expected ${HANDLER}, got ${found}${advice}`);
}

/** Returns what was given in place of a handler class, and what to do. */
function misfitOf(candidate: unknown): readonly [found: string, advice: string] {
  if (typeof candidate === 'string') return [`the text '${visible(candidate.slice(0, LONGEST_TEXT))}'`, PASS_NO_FILES];
  if (typeof candidate === 'function') {
    const found = candidate.name || 'a function without a name';
    // Arrow functions and methods have no prototype.
    return [found, candidate.prototype ? ', which has none: write @handles(job) above it' : FUNCTION];
  }
  if (typeof candidate !== 'object' || candidate === null) return [String(candidate), ': pass handlers'];
  const { constructor: made } = candidate;
  if (typeof made !== 'function' || made === Object || made === Array) return ['an object', ': pass handlers'];
  return [`an instance of ${made.name}`, ': pass the class itself'];
}

const HANDLER = 'a class decorated with @handles(job), or what handle(job, function) made';
const FUNCTION = ', a function without a job: write handle(job, function)';
const LONGEST_TEXT = 64;
const PASS_NO_FILES = ': pass handlers (acktor work takes files)';
