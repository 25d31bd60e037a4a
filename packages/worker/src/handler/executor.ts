// What runs a delivery, once its payload has passed its schema: a class or a function, within the middleware around it.
import type { Delivery } from '../delivery/delivery.js';
import { MiddlewareResultError, NextCalledError, NotProvidedError } from '../errors.js';
import { nameOfToken, type Token } from './container.js';
import type { AnyHandlerClass, FunctionHandler } from './handler.js';
import type { DeliveryScope } from './handler-scope.js';
import { providedBy, type Middleware } from './middleware.js';

/**
 * Runs the handler of a delivery. Made once for each handler, when a worker starts, and shared by its consumers: what belongs to one
 * delivery is in `run`.
 *
 * The class and the function stand here. One that runs a delivery as a state machine is a third: its `execute` returns the promise of
 * the machine's output, and it lets go when the delivery's signal aborts.
 */
export interface Executor {
  /** Returns the result, or a rejection, or the promise of one; throws what fails the delivery. */
  execute(delivery: Delivery, run: HandlerRun): unknown;
}

/** One run of a handler, as its executor sees it. */
export interface HandlerRun {
  /** Why the handler is to let go; undefined while it is not. */
  readonly abortedBy: Error | undefined;
  /** What is built and provided for the delivery; undefined until it is opened. */
  readonly scope: DeliveryScope | undefined;
  /** The same, opened when it is first asked for. What is in it is disposed of when the delivery has ended. */
  openScope(): DeliveryScope;
}

/** Builds an instance for each delivery: by the container, or of what `inject` names. */
export class ClassExecutor implements Executor {
  readonly #handlerClass: AnyHandlerClass;
  readonly #inject: readonly Token[] | undefined;

  constructor(handlerClass: AnyHandlerClass, inject: readonly Token[] | undefined) {
    this.#handlerClass = handlerClass;
    this.#inject = inject;
  }

  execute(delivery: Delivery, run: HandlerRun): unknown {
    return run
      .openScope()
      .build(this.#handlerClass, this.#inject)
      .handle(delivery as Delivery<never>);
  }
}

/** Calls the function. A scope is opened only where there is something to inject. */
export class FunctionExecutor implements Executor {
  readonly #handler: FunctionHandler;
  readonly #inject: readonly Token[];

  constructor(handler: FunctionHandler, inject: readonly Token[] = []) {
    this.#handler = handler;
    this.#inject = inject;
  }

  execute(delivery: Delivery, run: HandlerRun): unknown {
    if (this.#inject.length === 0) return this.#handler.handle(delivery);
    return this.#handler.handle(delivery, ...run.openScope().resolveAll(this.#inject, this.#handler.name));
  }
}

/** The executor within all of the middleware, the first outermost; itself when there is none. */
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

  async execute(delivery: Delivery, run: HandlerRun): Promise<unknown> {
    let inner: Promise<unknown> | undefined;
    let misuse: NextCalledError | undefined;
    let isOver = false;
    const next = (): Promise<unknown> => {
      if (inner === undefined && !isOver) return (inner = handled(this.#proceed(delivery, run)));
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

  async #proceed(delivery: Delivery, run: HandlerRun): Promise<unknown> {
    if (run.abortedBy !== undefined) throw run.abortedBy;
    for (const token of this.#provides) if (!run.scope?.hasProvided(token)) throw notProvided(this.#name, token);
    return this.#inner.execute(delivery, run);
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

/** What is not awaited must not end the process; whoever awaits it gets its error all the same. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(ignore);
  return promise;
}

function ignore(): void {}
