// The check of a worker's start, by itself.
import type { AnyHandler, Container, Middleware } from '@acktor/worker';
import { checkParameters, handlersByQueue } from '../worker-inside/inside.js';

/** Checks what the handlers are to be given; the names of the classes that are built anew for each delivery, or undefined. */
export function checkHandlers(own: Container, handlers: readonly AnyHandler[], use: readonly Middleware[] = []) {
  const queues = [...handlersByQueue(handlers, use).values()];
  return checkParameters(
    own,
    queues.flatMap((queue) => [...queue.values()].map(({ injected }) => injected)),
  );
}
