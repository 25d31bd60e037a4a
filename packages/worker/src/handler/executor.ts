// What runs a delivery once its payload has passed its schema: a class or a function, within the middleware around it. And one run of it.
import type { AnyJob } from '@acktor/core';
import type { LeasedJob, QueuedSend, EngineClock, RecordWrite } from '@acktor/core/engine';
import type { AbortReason } from '../consumer/consumer-protocol.js';
import { Children, type ChildrenDeps } from '../delivery/children.js';
import type { Delivery } from '../delivery/delivery.js';
import { SendsWithAck, type SendsWithAckDeps } from '../delivery/sends-with-ack.js';
import { Steps, type StepsDeps } from '../delivery/steps.js';
import {
  CancelledError,
  DeadlineError,
  DeliveryEndedError,
  LeaseLostError,
  MiddlewareResultError,
  NextCalledError,
  NotProvidedError,
  ShutdownError,
} from '../errors.js';
import { nameOfToken, type Token } from './container.js';
import type { AnyHandlerClass, FunctionHandler } from './handler.js';
import type { DeliveryScope, HandlerScopes } from './handler-scope.js';
import { providedBy, type Middleware } from './middleware.js';

/**
 * Runs the handler of a delivery. Made once for each handler, when a worker starts, and shared by its consumers: what belongs to one
 * delivery is in its {@link Attempt}.
 *
 * The class and the function stand here, that of batches in a file of its own. One that runs a delivery as a state machine is a fourth: its `execute` returns the promise of
 * the machine's output, and it lets go when the delivery's signal aborts.
 */
export interface Executor {
  /** Returns the result, or a rejection, or the promise of one; throws what fails the delivery. */
  execute(delivery: Delivery, attempt: Attempt): unknown;
}

/** A typed reason that a handler's signal aborts with. */
export type AbortError = CancelledError | DeadlineError | LeaseLostError | ShutdownError;

/** One run of a handler: its signal, why it is to let go, and what is built and provided for it. */
export class Attempt {
  readonly leased: LeasedJob;
  /** The record that is written with its ack, where it sends with it ({@link openSends}). */
  write: RecordWrite | undefined;
  readonly #scopes: Pick<HandlerScopes, 'open' | 'clock'>;
  #scope: DeliveryScope | undefined;
  #sends: SendsWithAck | undefined;
  #children: Children | undefined;
  #steps: Steps | undefined;
  #controller: AbortController | undefined;
  #abortedBy: AbortError | undefined;
  #cancelWait: (() => void) | undefined;
  #isStuck = false;
  #isForNothing = false;
  #isOver = false;

  constructor(leased: LeasedJob, scopes: Pick<HandlerScopes, 'open' | 'clock'>) {
    this.leased = leased;
    this.#scopes = scopes;
  }

  get clock(): HandlerScopes['clock'] {
    return this.#scopes.clock;
  }

  /** What is built and provided for its delivery; undefined until it is opened, which a function does not need. */
  get scope(): DeliveryScope | undefined {
    return this.#scope;
  }

  /**
   * Returns the scope, opened by the first call. What is in it is disposed of when the delivery has ended.
   * @throws DeliveryEndedError when that has happened: what is built then would never be disposed of.
   */
  openScope(): DeliveryScope {
    if (this.#isOver) throw new DeliveryEndedError(this.leased.record.id);
    return (this.#scope ??= this.#scopes.open());
  }

  /** Returns what gathers the jobs that are sent with the ack, made by the first call. @throws DeliveryEndedError once that is decided. */
  openSends(deps: Omit<SendsWithAckDeps, 'leased'>): SendsWithAck {
    if (this.#isOver) throw new DeliveryEndedError(this.leased.record.id);
    return (this.#sends ??= new SendsWithAck({ ...deps, leased: this.leased }));
  }

  /** Returns what runs the steps, made by the first call. @throws DeliveryEndedError when the handler has returned. */
  openSteps({ queue, limits }: Pick<StepsDeps, 'queue' | 'limits'>): Steps {
    const { leased } = this;
    if (this.#isOver) throw new DeliveryEndedError(leased.record.id);
    return (this.#steps ??= new Steps({ leased, queue, limits, signal: () => this.signal() }));
  }

  /** Returns the jobs that go with the ack; undefined for none. To be called when the handler has returned: nothing is added any more. */
  takeSends(): Promise<readonly QueuedSend[]> | undefined {
    this.#isOver = true;
    return this.#sends?.close();
  }

  /** Returns what adds children and waits for them, made by the first call. @throws DeliveryEndedError once the handler has ended. */
  openChildren(deps: Omit<ChildrenDeps, 'leased'>): Children {
    if (this.#isOver) throw new DeliveryEndedError(this.leased.record.id);
    return (this.#children ??= new Children({ ...deps, leased: this.leased }));
  }

  /** How many children its delivery is to wait for; 0 when it is not to wait. */
  get waitsFor(): number {
    return this.#children?.waitsFor ?? 0;
  }

  /** Why the handler is to let go; undefined while it is not. */
  get abortedBy(): AbortError | undefined {
    return this.#abortedBy;
  }

  /** Whether it has had its time to let go: what it still does changes nothing of its job. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** Whether its delivery ends without it, for a lost lease or a shutdown: how the handler ends decides nothing. */
  get isForNothing(): boolean {
    return this.#isForNothing;
  }

  /** Made by the first call: an AbortController costs a short job more than all of the chart. */
  signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#abortedBy) this.#controller.abort(this.#abortedBy);
    return this.#controller.signal;
  }

  /** Aborts the signal. The first reason stays. */
  abort(reason: AbortError): void {
    if (reason instanceof LeaseLostError || reason instanceof ShutdownError) this.#isForNothing = true;
    this.#abortedBy ??= reason;
    this.#controller?.abort(this.#abortedBy);
  }

  /** Calls `onStuck` once, when the handler has not ended within `letGoMs` of the first call. */
  waitToLetGo(clock: EngineClock, letGoMs: number, onStuck: () => void): void {
    if (this.#cancelWait) return;
    const timer = clock.setTimeout(() => {
      this.#isStuck = true;
      onStuck();
    }, letGoMs);
    this.#cancelWait = () => clock.clearTimeout(timer);
  }

  /** The handler has ended. */
  ended(): void {
    this.#isOver = true;
    this.#children?.end();
    this.#cancelWait?.();
  }
}

/** Returns an abort as the error that a handler sees. */
export function abortError(reason: AbortReason, leased: LeasedJob, job: AnyJob | undefined): AbortError {
  const { id, name } = leased.record;
  switch (reason.kind) {
    case 'cancelled':
      return new CancelledError(id, reason.why);
    case 'deadline':
      return new DeadlineError(id, job?.deadlineMs ?? 0, name);
    case 'leaseLost':
      return new LeaseLostError(id);
    case 'shutdown':
      return new ShutdownError(id);
  }
}

/** Builds an instance for each delivery: by the container, or of what `inject` names. */
export class ClassExecutor implements Executor {
  readonly #handlerClass: AnyHandlerClass;
  readonly #inject: readonly Token[] | undefined;

  constructor(handlerClass: AnyHandlerClass, inject: readonly Token[] | undefined) {
    this.#handlerClass = handlerClass;
    this.#inject = inject;
  }

  execute(delivery: Delivery, attempt: Attempt): unknown {
    return attempt
      .openScope()
      .build(this.#handlerClass, this.#inject)
      .handle(delivery as Delivery<never>);
  }
}

/** Calls the function. Opens a scope only where there is something to inject. */
export class FunctionExecutor implements Executor {
  readonly #handler: FunctionHandler;
  readonly #inject: readonly Token[];

  constructor(handler: FunctionHandler, inject: readonly Token[] = []) {
    this.#handler = handler;
    this.#inject = inject;
  }

  execute(delivery: Delivery, attempt: Attempt): unknown {
    if (this.#inject.length === 0) return this.#handler.handle(delivery);
    return this.#handler.handle(delivery, ...attempt.openScope().resolveAll(this.#inject, this.#handler.name));
  }
}

/** Returns the executor within all of the middleware, the first outermost; itself when there is none. */
export function within(executor: Executor, all: readonly Middleware[]): Executor {
  return all.reduceRight<Executor>((inner, outer) => new Link(outer, inner), executor);
}

class Link implements Executor {
  readonly #middleware: Middleware;
  readonly #provides: readonly Token[];
  readonly #inner: Executor;

  constructor(middleware: Middleware, inner: Executor) {
    this.#middleware = middleware;
    this.#provides = providedBy(middleware);
    this.#inner = inner;
  }

  async execute(delivery: Delivery, attempt: Attempt): Promise<unknown> {
    let inner: Promise<unknown> | undefined;
    let misuse: NextCalledError | undefined;
    let isOver = false;
    const next = (): Promise<unknown> => {
      if (inner === undefined && !isOver) return (inner = handled(this.#proceed(delivery, attempt)));
      misuse = new NextCalledError(this.#name, isOver ? 'after it had returned' : 'a second time');
      return handled(Promise.reject(misuse));
    };
    let outcome: unknown;
    let given: unknown;
    try {
      outcome = await this.#middleware(delivery, next);
    } finally {
      isOver = true;
      // A handler that outlived its delivery would run beside the next one of its consumer.
      if (inner !== undefined) given = await inner.catch(ignore);
    }
    if (misuse !== undefined) throw misuse;
    // Without this a rejection that the handler returned would be acked.
    if (outcome === undefined && given !== undefined) throw new MiddlewareResultError(this.#name);
    return outcome;
  }

  async #proceed(delivery: Delivery, attempt: Attempt): Promise<unknown> {
    if (attempt.abortedBy !== undefined) throw attempt.abortedBy;
    for (const token of this.#provides) if (!attempt.scope?.hasProvided(token)) throw notProvided(this.#name, token);
    return this.#inner.execute(delivery, attempt);
  }

  get #name(): string {
    return this.#middleware.name || 'a middleware without a name';
  }
}

function notProvided(name: string, token: Token): NotProvidedError {
  const what = nameOfToken(token);
  return new NotProvidedError(
    what,
    `${name} declares that it provides it, and has called next() without: call delivery.provide() first`,
  );
}

/** A promise that is not awaited must not end the process; a caller that awaits it gets its error all the same. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(ignore);
  return promise;
}

function ignore(): void {}
