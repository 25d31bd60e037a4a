// The decorator that ties a handler class to its job.
import 'reflect-metadata';
import type { AnyJob } from '@acktor/core';
import { requireContract } from '@acktor/core/broker';
import { injectable } from 'tsyringe';
import { HandlesTwiceError } from '../errors.js';
import type { AnyHandlerClass, HandlerClass } from './handler.js';

/**
 * Declares that a class handles a job, and lets the container build it.
 *
 * A class handles one job; one that extends it may have a `@handles` of its own.
 *
 * @throws NotAContractError, when the class is declared, for anything but a contract; HandlesTwiceError for a second `@handles` on a class.
 *
 * A class whose `handle` does not take the job's deliveries, or returns something other than its result, does not compile.
 * @example
 * @handles(chargeCard)
 * export class ChargeCard implements Handler<typeof chargeCard> { … }
 */
export function handles<J extends AnyJob>(job: J): <C extends HandlerClass<J>>(target: C) => void {
  requireContract(job, '@handles');
  return (target) => {
    const other = contractOf(target);
    if (other) throw new HandlesTwiceError(target.name, [other.name, job.name]);
    Object.defineProperty(target, CONTRACT, { value: job });
    makeInjectable(target);
  };
}

/** The contract that a class was declared to handle, by whichever copy of this package; undefined for any other value. */
export function contractOf(candidate: unknown): AnyJob | undefined {
  if (typeof candidate !== 'function' || !Object.hasOwn(candidate, CONTRACT)) return undefined;
  return (candidate as { readonly [CONTRACT]?: AnyJob })[CONTRACT];
}

/** Lets our container build the class. Another installed copy of this package has told only its own. */
export function makeInjectable(target: AnyHandlerClass): void {
  if (known.has(target)) return;
  injectable()(target);
  known.add(target);
}

/** Registered, so that a class is known whose decorator came with another installed copy. */
const CONTRACT: unique symbol = Symbol.for('acktor.contract') as never;

const known = new WeakSet<AnyHandlerClass>();
