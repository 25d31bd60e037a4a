// What is built and provided for one delivery, and disposed of afterwards. What outlives a delivery belongs to the container that it is
// registered in.
import type { EngineClock } from '@acktor/core/engine';
import { HandlerBuildError } from '../errors.js';
import type { Container, Token } from './container.js';
import { FactoryProducts } from './factory-products.js';
import type { AnyHandlerClass, Handler } from './handler.js';
import {
  internalsOf,
  isDisposable,
  ancestryOf,
  loadedGlobalContainer,
  type DependencyContainer,
  type Disposable,
} from './tsyringe.js';
import type { GuardedLog } from '@acktor/core/internal';

/** What injection finds for one delivery: what middleware has provided, and what a container builds. */
export class DeliveryScope {
  readonly container: Container;
  /** Whether the container is this delivery's alone. */
  readonly isOwn: boolean;
  /** The handler that it builds for, for people. */
  builtFor = 'a delivery';
  /** The handler, when it was built of what `inject` names and is to be disposed of: the container has not built it. */
  handler: Disposable | undefined;
  #provided: Map<unknown, unknown> | undefined;

  constructor(container: Container, isOwn: boolean) {
    this.container = container;
    this.isOwn = isOwn;
  }

  /** Has injection find the value under the token, whatever the container has. */
  provide(token: Token, value: unknown): void {
    this.#provided ??= new Map();
    this.#provided.set(token, value);
    if (this.isOwn) this.container.registerInstance?.(token as never, value as never);
  }

  hasProvided(token: Token): boolean {
    return this.#provided?.has(token) === true;
  }

  /** Returns what was provided under the token, or else what the container has or builds. @throws whatever the container throws. */
  resolve(token: Token): unknown {
    return this.hasProvided(token) ? this.#provided?.get(token) : this.container.resolve(token as never);
  }

  /** Resolves each of the tokens. @throws HandlerBuildError, or whatever a constructor throws. */
  resolveAll(tokens: readonly Token[], builtFor: string): readonly never[] {
    this.builtFor = builtFor;
    try {
      return tokens.map((token) => this.resolve(token) as never);
    } catch (error) {
      throw buildError(builtFor, error);
    }
  }

  /** Builds a handler: by the container, or of what `inject` names. @throws HandlerBuildError, or whatever a constructor throws. */
  build(handlerClass: AnyHandlerClass, inject: readonly Token[] | undefined): Handler<never> {
    if (inject === undefined) return this.#resolveHandler(handlerClass);
    const handler = new handlerClass(...this.resolveAll(inject, handlerClass.name)) as Handler<never>;
    if (isDisposable(handler)) this.handler = handler;
    return handler;
  }

  #resolveHandler(handlerClass: AnyHandlerClass): Handler<never> {
    this.builtFor = handlerClass.name;
    let handler: Handler<never> | undefined;
    try {
      handler = this.container.resolve(handlerClass as never) as Handler<never> | undefined;
    } catch (error) {
      throw buildError(handlerClass.name, error);
    }
    if (typeof handler?.handle === 'function') return handler;
    throw new HandlerBuildError(handlerClass.name, new Error(NO_HANDLER));
  }
}

const NO_HANDLER =
  'expected resolve() of its container to return an instance with a method handle, it did not (a promise is none)';

/**
 * The scopes of one worker.
 *
 * tsyringe registers every disposable with the container that constructs it, whatever its lifetime: a singleton that a delivery needs first
 * would be disposed of with that delivery, and every later delivery would get a closed one.
 */
export class HandlerScopes {
  readonly #container: Container;
  readonly #deps: DisposalDeps;
  readonly #products: FactoryProducts;
  readonly #homes: readonly Home[];
  readonly #disposing = new Set<Promise<void>>();

  constructor(container: Container, deps: DisposalDeps) {
    this.#deps = deps;
    this.#products = new FactoryProducts({
      keep: (disposables, home) => disposables.forEach((disposable) => keepAt(home, disposable)),
      letGo: (disposables) => void this.#remember(disposeOf(disposables, deps)),
    });
    this.#container = this.#products.watch(container);
    this.#homes = ancestryOf(this.#container).map((ancestor) => homeAt(ancestor.container));
    for (const home of this.#homes) home.workers += 1;
  }

  /** The worker's. */
  get clock(): DisposalDeps['clock'] {
    return this.#deps.clock;
  }

  /** Opens the scope of one delivery, in a container of its own where the worker's can make one. */
  open(): DeliveryScope {
    const own = this.#container.createChildContainer?.();
    return new DeliveryScope(own ?? this.#container, own !== undefined);
  }

  /** Disposes of what was built for a delivery. Returns what is to be awaited, if anything; it never rejects. */
  close(scope: DeliveryScope): Promise<void> | undefined {
    try {
      return this.#remember(this.#dispose(scope));
    } catch (err) {
      const { builtFor } = scope;
      this.#deps.log.warn({ err, class: builtFor }, `what was built for ${builtFor} could not be disposed of`);
      return undefined;
    }
  }

  /** Waits for what is being disposed of, then disposes of what was built for this worker. Never rejects, and is bounded. */
  async closeAll(): Promise<void> {
    await Promise.all(this.#disposing);
    this.#products.close();
    await Promise.all(this.#homes.map((home) => leave(home, this.#deps)));
  }

  #dispose({ container, isOwn, handler, builtFor }: DeliveryScope): Promise<void> | undefined {
    const last = handler === undefined ? [] : [handler];
    const disposables = isOwn ? disposablesOf(container) : NONE;
    if (disposables === undefined) return disposeOf([...ofOtherContainer(container, builtFor), ...last], this.#deps);
    if (disposables.size === 0 && handler === undefined) return undefined;
    const built = [...disposables];
    disposables.clear();
    if (built.length > 0) void (container as DependencyContainer).dispose();
    const own = built.filter((disposable) => this.#isOfDelivery(disposable, container));
    return disposeOf([...own, ...last], this.#deps);
  }

  #isOfDelivery(disposable: Disposable, container: Container): boolean {
    const home = ancestryOf(container)
      .slice(1)
      .find(({ registrations }) => isHeldIn(registrations, disposable));
    if (home !== undefined) keepAt(home.container, disposable);
    return home === undefined && this.#products.isOfDelivery(disposable);
  }

  #remember(disposing: Promise<void> | undefined): Promise<void> | undefined {
    if (disposing === undefined) return undefined;
    this.#disposing.add(disposing);
    void disposing.then(() => this.#disposing.delete(disposing));
    return disposing;
  }
}

/** A container that workers build from, and what outlives their deliveries there until the last of them closes. */
interface Home {
  readonly container: DependencyContainer;
  readonly built: Set<Disposable>;
  workers: number;
}

const homes = new WeakMap<DependencyContainer, Home>();

function homeAt(container: DependencyContainer): Home {
  const home = homes.get(container) ?? { container, built: new Set(), workers: 0 };
  homes.set(container, home);
  return home;
}

/** The global container belongs to the program, which disposes of what is registered there. */
function keepAt(container: DependencyContainer, disposable: Disposable): void {
  const internals = internalsOf(container);
  if (internals?.parent === undefined) internals?.disposables.add(disposable);
  else homeAt(container).built.add(disposable);
}

/** The last worker to leave disposes of what is left; the container builds it anew for the next worker. */
async function leave(home: Home, deps: DisposalDeps): Promise<void> {
  home.workers -= 1;
  if (home.workers > 0) return;
  const built = [...home.built];
  home.built.clear();
  for (const registrations of internalsOf(home.container)?.registrations.values() ?? [])
    for (const registration of registrations)
      if (built.includes(registration.instance as Disposable)) registration.instance = undefined;
  await disposeOf(built, deps);
}

function isHeldIn(
  registrations: NonNullable<ReturnType<typeof internalsOf>>['registrations'],
  built: Disposable,
): boolean {
  for (const list of registrations.values()) if (list.some(({ instance }) => instance === built)) return true;
  return false;
}

/** A container that is not tsyringe's disposes of all at once, or, without `dispose`, of nothing. */
function ofOtherContainer(container: Container, builtFor: string): readonly Disposable[] {
  if (typeof container.dispose !== 'function') return [];
  return [
    Object.assign(Object.create({ constructor: { name: `what was built for ${builtFor}` } }) as object, {
      dispose: () => container.dispose?.(),
    }),
  ];
}

/** tsyringe's message of what it could not build has several lines; only the last has the reason. */
function buildError(builtFor: string, error: unknown): unknown {
  const isTsyringes = error instanceof Error && TSYRINGES.some((start) => error.message.startsWith(start));
  return isTsyringes ? new HandlerBuildError(builtFor, error) : error;
}

const TSYRINGES = [
  'Cannot inject the dependency',
  'Attempted to resolve unregistered dependency',
  'TypeInfo not known',
];

const NONE = new Set<Disposable>();

/** Returns what a container is to dispose of; undefined for one that is not tsyringe's. */
function disposablesOf(container: Container): Set<Disposable> | undefined {
  const { disposables } = container as { readonly disposables?: unknown };
  return disposables instanceof Set ? (disposables as Set<Disposable>) : undefined;
}

/** Disposes of what is registered in the global container, if one is loaded: at the end of a process that is the worker's alone. */
export async function disposeGlobally(deps: DisposalDeps): Promise<void> {
  const container = loadedGlobalContainer();
  const built = container === undefined ? [] : [...(internalsOf(container)?.disposables ?? [])];
  await disposeOf(built, deps);
}

/** How long to wait for a `dispose()`. Below a third of the ten seconds that a supervisor gives a worker to end. */
const DISPOSE_MS = 3_000;

interface DisposalDeps {
  readonly clock: Pick<EngineClock, 'setTimeout' | 'clearTimeout'>;
  readonly log: GuardedLog;
}

/**
 * Calls `dispose()` of each, the last that was built first. Returns a promise that resolves, and never rejects, when all have settled or
 * {@link DISPOSE_MS} have passed; undefined when there is nothing to wait for. What fails, or takes longer, is named in the log.
 */
function disposeOf(disposables: readonly Disposable[], deps: DisposalDeps): Promise<void> | undefined {
  const unsettled = new Map<Disposable, Promise<void>>();
  for (const disposable of disposables.toReversed()) {
    const disposing = begin(disposable, deps.log);
    if (disposing) unsettled.set(disposable, disposing);
  }
  return unsettled.size === 0 ? undefined : settled(unsettled, deps);
}

function begin(disposable: Disposable, log: GuardedLog): Promise<void> | undefined {
  const complain = (err: unknown) =>
    log.warn({ err, class: nameOf(disposable) }, `${nameOf(disposable)} could not be disposed of`);
  try {
    const disposing = disposable.dispose();
    return isThenable(disposing) ? Promise.resolve(disposing).then(() => undefined, complain) : undefined;
  } catch (error) {
    complain(error);
    return undefined;
  }
}

async function settled(unsettled: Map<Disposable, Promise<void>>, { clock, log }: DisposalDeps): Promise<void> {
  const all = [...unsettled].map(([disposable, disposing]) => disposing.then(() => unsettled.delete(disposable)));
  let timer: unknown;
  const isOver = new Promise<void>((resolve) => (timer = clock.setTimeout(resolve, DISPOSE_MS)));
  await Promise.race([Promise.all(all), isOver]);
  clock.clearTimeout(timer);
  for (const name of new Set([...unsettled.keys()].map(nameOf)))
    log.warn({ class: name, waitedMs: DISPOSE_MS }, `dispose() of ${name} has not settled: it is no longer waited for`);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function nameOf(disposable: Disposable): string {
  const { constructor } = disposable as { readonly constructor?: { readonly name: unknown } };
  return typeof constructor?.name === 'string' && constructor.name !== ''
    ? constructor.name
    : 'an object without a class';
}
