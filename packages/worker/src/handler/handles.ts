// The decorator that ties a handler class to its job.
import 'reflect-metadata';
import type { AnyJob } from '@acktor/core';
import { requireContract } from '@acktor/core/broker';
import { injectable } from 'tsyringe';
import type { HandlerClass } from './handler.js';

/**
 * Declares that a class handles a job, and lets the container build it.
 *
 * @throws NotAContractError, when the class is declared, for anything but a contract.
 *
 * A class whose `handle` does not take the job's deliveries, or returns something other than its result, does not compile.
 * @example
 * @handles(chargeCard)
 * export class ChargeCard implements Handler<typeof chargeCard> { … }
 */
export function handles<J extends AnyJob>(job: J): <C extends HandlerClass<J>>(target: C) => void {
  requireContract(job, '@handles');
  return (target) => {
    contracts.set(target, job);
    injectable()(target);
  };
}

/** The contract that a class was declared to handle; undefined for any other value. */
export function contractOf(candidate: unknown): AnyJob | undefined {
  return typeof candidate === 'function' ? contracts.get(candidate) : undefined;
}

// Belongs to the classes: what is not referenced any more is forgotten.
const contracts = new WeakMap<object, AnyJob>();
