// Which class handles which job, of all that a worker was given.
import type { AnyJob } from '@acktor/core';
import { visible } from '@acktor/core/broker';
import { DuplicateHandlerError, NotAHandlerError } from '../errors.js';
import type { AnyHandlerClass } from './handler.js';
import { contractOf, makeInjectable } from './handles.js';

/** One job and the class that handles it. */
export interface HandlerEntry {
  readonly job: AnyJob;
  readonly handlerClass: AnyHandlerClass;
}

/** The handlers of one queue, by job name. */
export type QueueHandlers = ReadonlyMap<string, HandlerEntry>;

/**
 * Sorts handler classes by queue.
 * @throws NotAHandlerError for anything but a class with @handles; DuplicateHandlerError for two classes of one job.
 */
export function handlersByQueue(classes: readonly unknown[]): ReadonlyMap<string, QueueHandlers> {
  const queues = new Map<string, Map<string, HandlerEntry>>();
  for (const entry of classes.map(entryOf)) {
    const { queue, name } = entry.job;
    const handlers = queues.get(queue) ?? new Map<string, HandlerEntry>();
    const other = handlers.get(name);
    if (other) throw new DuplicateHandlerError(name, [other.handlerClass.name, entry.handlerClass.name]);
    queues.set(queue, handlers.set(name, entry));
  }
  return queues;
}

function entryOf(candidate: unknown): HandlerEntry {
  const job = contractOf(candidate);
  if (job === undefined) throw notDecorated(candidate);
  const handlerClass = candidate as AnyHandlerClass;
  const fault = faultOfHandle(handlerClass);
  if (fault !== undefined) throw new NotAHandlerError(handlerClass.name, fault);
  makeInjectable(handlerClass);
  return { job, handlerClass };
}

/** What is wrong with the class's `handle`; without a look at an instance, which only a delivery may build. */
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
  const kind = Object.prototype.toString.call(handle.value);
  if (GENERATORS.has(kind)) return `${expected} a generator, whose body would never run: make it an async method`;
  return undefined;
}

const GENERATORS: ReadonlySet<string> = new Set(['[object GeneratorFunction]', '[object AsyncGeneratorFunction]']);

function notDecorated(candidate: unknown): NotAHandlerError {
  const [found, advice] = strangerOf(candidate);
  return new NotAHandlerError(found, `expected a class decorated with @handles(job), got ${found}${advice}`);
}

/** What was given in place of a handler class, and what to do. */
function strangerOf(candidate: unknown): readonly [found: string, advice: string] {
  if (typeof candidate === 'string') return [`the text '${visible(candidate.slice(0, LONGEST_TEXT))}'`, PASS_NO_FILES];
  if (typeof candidate === 'function') {
    const found = candidate.name || 'a function without a name';
    // Arrow functions and methods have no prototype.
    return [found, candidate.prototype ? ', which has none: write @handles(job) above it' : ', which is no class'];
  }
  if (typeof candidate !== 'object' || candidate === null) return [String(candidate), ': pass classes'];
  const { constructor: made } = candidate;
  if (typeof made !== 'function' || made === Object || made === Array) return ['an object', ': pass classes'];
  return [`an instance of ${made.name}`, ': pass the class itself'];
}

const LONGEST_TEXT = 64;
const PASS_NO_FILES = ': pass classes (acktor work takes files)';
