// Handler classes for tests, made of one function.
import type { AnyJob } from '@acktor/core';
import { handles, type AnyHandlerClass, type Delivery, type Handler } from '@acktor/worker';
import { Heard } from '../signals/heard.js';

/** A class that handles `job` with the function. */
export function handlerOf<J extends AnyJob>(job: J, handle: Handler<J>['handle']): AnyHandlerClass {
  class Handling implements Handler<J> {
    handle(delivery: Delivery<J>): ReturnType<Handler<J>['handle']> {
      return handle(delivery);
    }
  }
  handles<J>(job)(Handling);
  return Handling;
}

/** A class that handles `job` and remembers each delivery before it does. */
export function recording<J extends AnyJob>(
  job: J,
  handle: Handler<J>['handle'],
): { readonly handler: AnyHandlerClass; readonly deliveries: Heard<Delivery<J>> } {
  const deliveries = new Heard<Delivery<J>>();
  const handler = handlerOf(job, (delivery) => {
    deliveries.push(delivery);
    return handle(delivery);
  });
  return { handler, deliveries };
}
