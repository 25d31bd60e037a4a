// What a user writes: a class for one job.
import type { AnyJob, ResultInput } from '@acktor/core';
import type { MaybePromise } from '@acktor/core/broker';
import type { Delivery } from '../delivery/delivery.js';
import type { Rejection } from '../delivery/reject.js';

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

/** A class whose instances handle `J`. Its constructor's parameters come from the container. */
export type HandlerClass<J extends AnyJob = AnyJob> = new (...dependencies: never[]) => Handler<J>;
