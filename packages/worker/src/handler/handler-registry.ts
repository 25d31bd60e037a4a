// Which class handles which job, of all that a worker was given.
import type { AnyJob } from '@acktor/core';
import { DuplicateHandlerError, NotAHandlerError } from '../errors.js';
import type { AnyHandlerClass } from './handler.js';
import { contractOf } from './handles.js';

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
  return { job, handlerClass: candidate as AnyHandlerClass };
}

function describe(candidate: unknown): string {
  return typeof candidate === 'function' ? `${candidate.name || 'a function without a name'}` : typeof candidate;
}
