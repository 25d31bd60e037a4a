// Builds a handler and what it depends on for one delivery, in a child container, and disposes afterwards of what was built for that
// delivery alone. What outlives it belongs to the container that it is registered in.
import 'reflect-metadata';
import { container as globalContainer } from 'tsyringe';
import { HandlerBuildError } from '../errors.js';
import { disposeOf, type DisposalParts } from './disposal.js';
import { FactoryProducts } from './factory-products.js';
import type { AnyHandlerClass, Handler } from './handler.js';
import { disposablesOf, insideOf, lineOf, type Container, type Disposable } from './tsyringe-inside.js';

/** A handler, and the container that it was built in. */
export class HandlerScope {
  constructor(
    readonly handler: Handler<never>,
    readonly container: Container,
    readonly handlerClass: AnyHandlerClass,
  ) {}
}

/**
 * The scopes of one worker.
 *
 * tsyringe enters every disposable in the container that constructs it, whatever its lifetime: a singleton that is first needed by a
 * delivery would be disposed of with that delivery, and every later one be given a closed thing.
 */
export class HandlerScopes {
  readonly #container: Container;
  readonly #parts: DisposalParts;
  readonly #products: FactoryProducts;
  readonly #homes: readonly Home[];
  readonly #disposing = new Set<Promise<void>>();

  constructor(container: Container, parts: DisposalParts) {
    this.#parts = parts;
    this.#products = new FactoryProducts({
      keep: (disposables, home) => disposables.forEach((disposable) => keepAt(home, disposable)),
      letGo: (disposables) => void this.#remember(disposeOf(disposables, parts)),
    });
    this.#container = this.#products.watch(container);
    this.#homes = lineOf(this.#container).map((inside) => homeAt(inside.container));
    for (const home of this.#homes) home.workers += 1;
  }

  /** Builds the handler. @throws HandlerBuildError, or whatever the constructor of the handler throws; what was built is disposed of. */
  open(handlerClass: AnyHandlerClass): HandlerScope {
    const container = this.#container.createChildContainer();
    try {
      const asked = handlerClass as new (...dependencies: unknown[]) => Handler<never>;
      return new HandlerScope(container.resolve<Handler<never>>(asked), container, handlerClass);
    } catch (error) {
      void this.close({ container, handlerClass });
      throw isOfContainer(error) ? new HandlerBuildError(handlerClass.name, error) : error;
    }
  }

  /** Disposes of what was built for a delivery; answers what is to be waited for, undefined when that is nothing. Never rejects. */
  close({ container, handlerClass }: Omit<HandlerScope, 'handler'>): Promise<void> | undefined {
    try {
      return this.#remember(this.#letGo(container, handlerClass));
    } catch (err) {
      this.#parts.log.warn(
        { err, class: handlerClass.name },
        `what was built for ${handlerClass.name} could not be disposed of`,
      );
      return undefined;
    }
  }

  /** Waits for what is being disposed of, and then disposes of what was built for this worker. Never rejects, and takes no longer than both may. */
  async closeAll(): Promise<void> {
    await Promise.all(this.#disposing);
    this.#products.close();
    await Promise.all(this.#homes.map((home) => leave(home, this.#parts)));
  }

  #letGo(container: Container, handlerClass: AnyHandlerClass): Promise<void> | undefined {
    const disposables = disposablesOf(container);
    if (disposables === undefined) return disposeOf(ofAnotherMake(container, handlerClass), this.#parts);
    if (disposables.size === 0) return undefined;
    const built = [...disposables];
    disposables.clear();
    void container.dispose();
    return disposeOf(
      built.filter((disposable) => this.#isOfDelivery(disposable, container)),
      this.#parts,
    );
  }

  #isOfDelivery(disposable: Disposable, container: Container): boolean {
    const home = lineOf(container)
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

/** A container of which workers build, and what outlives their deliveries there until the last of them closes. */
interface Home {
  readonly container: Container;
  readonly built: Set<Disposable>;
  workers: number;
}

const homes = new WeakMap<Container, Home>();

function homeAt(container: Container): Home {
  const home = homes.get(container) ?? { container, built: new Set(), workers: 0 };
  homes.set(container, home);
  return home;
}

/** The global container is the program's, and nobody's here: what is registered there is disposed of when the program does it. */
function keepAt(container: Container, disposable: Disposable): void {
  const inside = insideOf(container);
  if (inside?.parent === undefined) inside?.disposables.add(disposable);
  else homeAt(container).built.add(disposable);
}

/** The last worker to leave disposes of what is left, and the container builds it anew for whoever comes next. */
async function leave(home: Home, parts: DisposalParts): Promise<void> {
  home.workers -= 1;
  if (home.workers > 0) return;
  const built = [...home.built];
  home.built.clear();
  for (const registrations of insideOf(home.container)?.registrations.values() ?? [])
    for (const registration of registrations)
      if (built.includes(registration.instance as Disposable)) registration.instance = undefined;
  await disposeOf(built, parts);
}

function isHeldIn(
  registrations: NonNullable<ReturnType<typeof insideOf>>['registrations'],
  built: Disposable,
): boolean {
  for (const list of registrations.values()) if (list.some(({ instance }) => instance === built)) return true;
  return false;
}

/** A container of another make disposes of all at once, or, without `dispose`, of nothing. */
function ofAnotherMake(container: Partial<Container>, { name }: AnyHandlerClass): readonly Disposable[] {
  if (typeof container.dispose !== 'function') return [];
  return [
    Object.assign(Object.create({ constructor: { name: `what was built for ${name}` } }) as object, {
      dispose: () => container.dispose?.(),
    }),
  ];
}

/** tsyringe's own words for what it could not build, over several lines, of which only the last says why. */
function isOfContainer(error: unknown): error is Error {
  return error instanceof Error && error.message.startsWith('Cannot inject the dependency');
}

/** The container of a worker that was given none: a fresh one that knows what was registered globally by decorators. */
export function freshContainer(): Container {
  return globalContainer.createChildContainer();
}

/** Disposes of what is registered in the global container: for a process that is the worker's alone, at its end. */
export async function disposeGlobally(parts: DisposalParts): Promise<void> {
  const built = [...(insideOf(globalContainer)?.disposables ?? [])];
  await disposeOf(built, parts);
}

/** Whether a value is a container that handlers can be built by. */
export function isContainer(value: unknown): value is Container {
  if (typeof value !== 'object' || value === null) return false;
  const { createChildContainer, resolve } = value as Partial<Container>;
  return typeof createChildContainer === 'function' && typeof resolve === 'function';
}
