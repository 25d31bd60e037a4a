// Calls what an application registered for the jobs of a contract that end as dead letters.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BrokerUnreachableError,
  ConnectionLostError,
  decodePayload,
  DeadLetters,
  OptionsError,
  ServerRefusalError,
  type AnyJob,
  type DeadLetter,
  type JsonLimits,
  type PayloadOf,
} from '@acktor/core';
import type { DeadLetterStore, LeasedJob } from '@acktor/core/engine';
import { isGenerator } from '../handler/middleware.js';
import { requireContract, type GuardedLog } from '@acktor/core/internal';

/** Registered, so that it is known among the exports of a handler file whichever copy of this package made it. */
const ON_DEAD = Symbol.for('acktor.onDead');

/** A job that ended as a dead letter, with its history. */
export interface DeadJob<J extends AnyJob = AnyJob> extends DeadLetter {
  readonly job: J;
  /** The payload as the contract's schema gives it; undefined when it is off that schema: `payload` has its text. */
  readonly data: PayloadOf<J> | undefined;
}

/** What {@link onDead} makes. */
export interface DeadListener {
  readonly [ON_DEAD]: true;
  readonly job: AnyJob;
  readonly listener: (dead: DeadJob<never>) => unknown;
}

/**
 * Has `listener` called with each job of a contract that becomes a dead letter, to be given to `Worker.start({ onDead })`: the place to
 * mend an application's own rows. Called also where no handler ran: for a payload off its schema, a job that was cancelled or that ended
 * its workers, one without a handler.
 *
 * The worker that stored the dead letter calls it, after the fact: nothing it does changes how the job ended, and what it throws or rejects
 * with is logged. A process that ends in between does not call it, so it runs at most once for each death of the job; the dead letter stays,
 * and `producer.deadLetters(job)` lists it. At most ten run at a time, and `close()` waits up to five seconds for them.
 * `acktor work` finds it among the exports of the handler files.
 * @throws NotAContractError, OptionsError for no function.
 * @example
 * const mend = onDead(chargeCard, ({ data, reason }) => orders.markFailed(data?.orderId, reason));
 * await using worker = await Worker.start({ handlers: [ChargeCard], onDead: [mend] });
 */
export function onDead<J extends AnyJob>(job: J, listener: (dead: DeadJob<J>) => unknown): DeadListener {
  requireContract(job, 'onDead');
  if (typeof listener !== 'function' || isGenerator(listener)) {
    const found = isGenerator(listener) ? 'a generator, whose body would never run' : typeof listener;
    const message = `expected a function that is given the dead job, got ${found}`;
    throw new OptionsError([{ option: 'listener', message }]);
  }
  return Object.freeze({ [ON_DEAD]: true as const, job, listener });
}

export function isDeadListener(value: unknown): value is DeadListener {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, ON_DEAD);
}

/** Whether a value is a list of what {@link onDead} makes. */
export function areDeadListeners(value: unknown): value is readonly DeadListener[] {
  return Array.isArray(value) && value.every(isDeadListener);
}

/** What {@link DeadJobs} is made of. */
export interface DeadJobsDeps {
  readonly listeners: readonly DeadListener[];
  readonly lettersOf: (queue: string) => DeadLetterStore;
  readonly limits: JsonLimits;
  readonly log: GuardedLog;
}

/** The calls of one worker: at most ten at a time. A bounded number waits, by id, so that no payload is kept meanwhile. */
export class DeadJobs {
  readonly #deps: DeadJobsDeps;
  readonly #waiting: Death[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(deps: DeadJobsDeps) {
    this.#deps = deps;
  }

  /** Returns what is to be called with each dead letter of the queue; undefined when no listener is for its jobs. */
  forQueue(queue: string): ((job: LeasedJob) => void) | undefined {
    const isMeant = this.#deps.listeners.some(({ job }) => job.queue === queue);
    return isMeant ? ({ record }) => this.#add({ queue, jobName: record.name, id: record.id }) : undefined;
  }

  /** Waits for the calls that are due, for five seconds at most. */
  async close(): Promise<void> {
    const over = new AbortController();
    const late = sleep(CLOSE_WITHIN_MS, undefined, { signal: over.signal }).then(
      () => over.abort(),
      () => undefined,
    );
    while (this.#running.size > 0 && !over.signal.aborted) await Promise.race([...this.#running, late]);
    over.abort();
    this.#closing.abort();
    const left = this.#running.size + this.#waiting.splice(0).length;
    if (left > 0) this.#deps.log.error({ jobs: left }, 'not all listeners for dead jobs have ended; the worker stops');
  }

  #add(death: Death): void {
    if (!this.#deps.listeners.some((one) => isFor(one, death))) return;
    if (this.#waiting.length >= MOST_WAITING)
      return this.#deps.log.error(
        { job: death.id, name: death.jobName },
        'too many dead jobs wait for their listeners; this one is passed over',
      );
    this.#waiting.push(death);
    this.#callNext();
  }

  #callNext(): void {
    if (this.#running.size >= MOST_AT_A_TIME || this.#closing.signal.aborted) return;
    const death = this.#waiting.shift();
    if (death === undefined) return;
    const call = this.#call(death).catch((error: unknown) => this.#failed(death, error));
    const run = call.finally(() => {
      this.#running.delete(run);
      this.#callNext();
    });
    this.#running.add(run);
  }

  async #call(death: Death): Promise<void> {
    const letter = await this.#read(death);
    if (letter === undefined)
      return this.#deps.log.warn(
        { job: death.id, name: death.jobName },
        'a dead letter was redriven or purged before its listener could read it',
      );
    for (const { job, listener } of this.#deps.listeners.filter((one) => isFor(one, death))) {
      const dead = { ...letter, job, data: await this.#dataOf(job, letter) };
      try {
        await listener(dead as DeadJob<never>);
      } catch (error) {
        this.#failed(death, error);
      }
    }
  }

  /** Tried again while the server is away or has a state that passes, for as long as the worker lives. */
  async #read({ queue, jobName, id }: Death): Promise<DeadLetter | undefined> {
    for (;;) {
      try {
        return await new DeadLetters({ queue, jobName, store: this.#deps.lettersOf(queue) }).get(id);
      } catch (error) {
        if (this.#closing.signal.aborted || !isPassing(error)) throw error;
        await sleep(TRY_AGAIN_AFTER_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
    }
  }

  async #dataOf(job: AnyJob, { payload, version }: DeadLetter): Promise<unknown> {
    const { maxPayloadBytes, maxPayloadDepth } = this.#deps.limits;
    try {
      return await decodePayload(job, payload, { version, maxPayloadBytes, maxPayloadDepth });
    } catch {
      return undefined;
    }
  }

  #failed({ id, jobName }: Death, error: unknown): void {
    this.#deps.log.error({ err: error, job: id, name: jobName }, 'a listener for dead jobs failed');
  }
}

/** A dead letter whose listener is not called yet. */
interface Death {
  readonly queue: string;
  readonly jobName: string;
  readonly id: string;
}

function isFor({ job }: DeadListener, { queue, jobName }: Death): boolean {
  return job.queue === queue && job.name === jobName;
}

/** Whether the same call may succeed later. A user without the permission to read would fail for ever, and unnoticed. */
function isPassing(error: unknown): boolean {
  if (error instanceof ServerRefusalError) return error.about === 'server';
  return error instanceof ConnectionLostError || error instanceof BrokerUnreachableError;
}

const MOST_AT_A_TIME = 10;
/** Of ids, some hundred bytes each. */
const MOST_WAITING = 10_000;
const CLOSE_WITHIN_MS = 5_000;
const TRY_AGAIN_AFTER_MS = 500;
