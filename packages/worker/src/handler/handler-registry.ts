// Which class handles which job, of all that a worker was given.
import type { AnyJob } from '@acktor/core';
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
  if (job === undefined) throw new NotAHandlerError(describe(candidate));
  const handlerClass = candidate as AnyHandlerClass;
  const why = faultOfHandle(handlerClass);
  if (why !== undefined) throw new NotAHandlerError(handlerClass.name, why);
  makeInjectable(handlerClass);
  return { job, handlerClass };
}

/** What is wrong with the class's `handle`; without a look at an instance, which only a delivery may build. */
function faultOfHandle({ prototype }: AnyHandlerClass): string | undefined {
  let owner: unknown = prototype;
  while (typeof owner === 'object' && owner !== null && !Object.hasOwn(owner, 'handle'))
    owner = Object.getPrototypeOf(owner);
  const handle = owner ? Object.getOwnPropertyDescriptor(owner, 'handle') : undefined;
  if (handle === undefined) return 'it has no method handle(delivery); one that is a field, `handle = …`, is none';
  if (handle.get || handle.set) return 'its handle is an accessor: make it a method';
  if (typeof handle.value !== 'function')
    return `its handle is ${handle.value === null ? 'null' : `of type ${typeof handle.value}`}: make it a method`;
  const kind = Object.prototype.toString.call(handle.value);
  if (GENERATORS.has(kind)) return 'its handle is a generator, whose body nobody would run: make it an async method';
  return undefined;
}

const GENERATORS: ReadonlySet<string> = new Set(['[object GeneratorFunction]', '[object AsyncGeneratorFunction]']);

function describe(candidate: unknown): string {
  return typeof candidate === 'function' ? `${candidate.name || 'a function without a name'}` : typeof candidate;
}
