// What an application has called when a job of a contract is dead.
import { OptionsError, type AnyJob, type DeadLetter, type PayloadOf } from '@acktor/core';
import { requireContract } from '@acktor/core/internal';
import { isGenerator } from '../handler/middleware.js';

/** Registered, so that it is known among the exports of a handler file whichever copy of this package made it. */
const ON_DEAD = Symbol.for('acktor.onDead');

/** A job that ended as a dead letter, with its history. */
export interface DeadJob<J extends AnyJob = AnyJob> extends DeadLetter {
  readonly job: J;
  /** The payload as the contract's schema gives it; undefined when it is off that schema: `payload` has its text. */
  readonly data: PayloadOf<J> | undefined;
  /**
   * Whether the dead letter is still there. False when it was redriven, purged or forgotten meanwhile: `history` is empty then, and `payload`
   * too if it has more than `maxPayloadBytes`.
   */
  readonly isKept: boolean;
}

/** Called with each dead job of a contract. What it throws or rejects with has it called again. */
export type DeadJobListener<J extends AnyJob = AnyJob> = (dead: DeadJob<J>) => unknown;

/** What {@link onDead} makes. */
export interface DeadListener {
  readonly [ON_DEAD]: true;
  readonly job: AnyJob;
  readonly listener: (dead: DeadJob<never>) => unknown;
}

/**
 * Has `listener` called with each job of a contract that becomes a dead letter, to be given to `Worker.start({ onDead })`, or as an option of the
 * handler, `@handles(job, { onDead: listener })`: the place to mend an application's own rows. Called also where no handler ran: for a payload
 * off its schema, a job that was cancelled or that ended its workers, one without a handler.
 *
 * **At least once for each death**, whichever process dies: with the dead letter, in one step, a job of its own is added to the queue
 * `{<queue>}@onDead`, which the workers with such a listener consume, ten calls at a time in each. When the listener throws or rejects, or its process ends, it is
 * called again, 20 times in all over some hours, and then that job is a dead letter of its own queue. Nothing it does changes how the dead job ended.
 * Workers of the queue without it report their deaths to it as well, from ten seconds after the first worker with it has started. `acktor work` finds it among the exports of the handler files.
 * @throws NotAContractError, OptionsError for no function.
 * @example
 * const mend = onDead(chargeCard, ({ data, reason }) => orders.markFailed(data?.orderId, reason));
 * await using worker = await Worker.start({ handlers: [ChargeCard], onDead: [mend] });
 */
export function onDead<J extends AnyJob>(job: J, listener: DeadJobListener<J>): DeadListener {
  requireContract(job, 'onDead');
  if (!isDeadJobListener(listener)) {
    const found = isGenerator(listener) ? 'a generator, whose body would never run' : typeof listener;
    const message = `expected a function that is given the dead job, got ${found}`;
    throw new OptionsError([{ option: 'listener', message }]);
  }
  return Object.freeze({ [ON_DEAD]: true as const, job, listener });
}

/** Whether a value is a function whose body a call runs. */
export function isDeadJobListener(value: unknown): value is (dead: DeadJob<never>) => unknown {
  return typeof value === 'function' && !isGenerator(value);
}

export function isDeadListener(value: unknown): value is DeadListener {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, ON_DEAD);
}

/** Whether a value is a list of what {@link onDead} makes. */
export function areDeadListeners(value: unknown): value is readonly DeadListener[] {
  return Array.isArray(value) && value.every(isDeadListener);
}
