// Finds out whether a factory makes something anew for each delivery, or returns the same again, which outlives a delivery.
import type { Container } from './container.js';
import {
  internalsOf,
  isTsyringe,
  ancestryOf,
  type DependencyContainer,
  type Disposable,
  type Registration,
} from './tsyringe.js';

/** What a factory has built in one call. */
interface Batch {
  readonly factory: WatchedFactory;
  readonly disposables: readonly Disposable[];
}

/** Takes what a factory has built and its delivery does not dispose of. */
export interface ProductKeeper {
  /** Called for what outlives the delivery: it belongs to the container where the factory is registered. */
  keep(disposables: readonly Disposable[], home: DependencyContainer): void;
  /** Called, when its delivery is over, for what turns out not to outlive it. */
  letGo(disposables: readonly Disposable[]): void;
}

/**
 * Watches the factories of a container. tsyringe runs a factory in the container of the delivery, which becomes the owner of what
 * it builds, also of what it caches. After the first delivery both are possible: what was built then is kept until a second delivery gets
 * the same object, or another.
 */
export class FactoryProducts {
  readonly #batches = new WeakMap<Disposable, Batch>();
  readonly #factories: WatchedFactory[] = [];
  readonly #keeper: ProductKeeper;

  constructor(keeper: ProductKeeper) {
    this.#keeper = keeper;
  }

  /** Returns the container itself when it knows no factories, else a child of it in which they are watched. */
  watch(container: Container): Container {
    const found = factoriesIn(container);
    if (found.size === 0 || !isTsyringe(container)) return container;
    const child = container.createChildContainer();
    for (const [token, { registrations, home }] of found)
      internalsOf(child)?.registrations.set(
        token,
        registrations.map((registration) => this.#watched(registration, home)),
      );
    return child;
  }

  /** Whether a delivery that ends is to dispose of this. */
  isOfDelivery(disposable: Disposable): boolean {
    const batch = this.#batches.get(disposable);
    return batch === undefined || batch.factory.releases(batch);
  }

  /** Hands over what is still kept to the container where its factory is registered. */
  close(): void {
    for (const factory of this.#factories) factory.settle('caching');
  }

  #watched(registration: Registration, home: DependencyContainer): Registration {
    const { useFactory } = registration.provider;
    if (useFactory === undefined) return registration;
    const factory = new WatchedFactory(home, this.#keeper);
    this.#factories.push(factory);
    const watched = (container: DependencyContainer): unknown => {
      const built = internalsOf(container)?.disposables ?? new Set<Disposable>();
      const before = built.size;
      const product = useFactory(container);
      const batch = { factory, disposables: [...built].slice(before) };
      for (const disposable of batch.disposables) this.#batches.set(disposable, batch);
      factory.made(product, container, batch);
      return product;
    };
    return { ...registration, provider: { useFactory: watched } };
  }
}

class WatchedFactory {
  readonly #home: DependencyContainer;
  readonly #keeper: ProductKeeper;
  #kind: 'caching' | 'fresh' | undefined;
  #first: { readonly product: unknown; readonly container: DependencyContainer; readonly batch: Batch } | undefined;
  #isFirstOver = false;

  constructor(home: DependencyContainer, keeper: ProductKeeper) {
    this.#home = home;
    this.#keeper = keeper;
  }

  made(product: unknown, container: DependencyContainer, batch: Batch): void {
    if (this.#kind === undefined && this.#first === undefined) this.#first = { product, container, batch };
    else if (this.#kind === undefined && container !== this.#first?.container)
      this.settle(product === this.#first?.product ? 'caching' : 'fresh');
    if (this.#kind === 'caching' && batch.disposables.length > 0) this.#keeper.keep(batch.disposables, this.#home);
  }

  /** Called when the delivery of a batch ends. Returns whether that disposes of it. */
  releases(batch: Batch): boolean {
    if (this.#kind !== undefined) return this.#kind === 'fresh';
    if (batch !== this.#first?.batch) return true;
    this.#isFirstOver = true;
    return false;
  }

  settle(kind: 'caching' | 'fresh'): void {
    const disposables = this.#first?.batch.disposables ?? [];
    if (this.#kind !== undefined || disposables.length === 0) return void (this.#kind ??= kind);
    this.#kind = kind;
    if (kind === 'caching') this.#keeper.keep(disposables, this.#home);
    else if (this.#isFirstOver) this.#keeper.letGo(disposables);
    this.#first = undefined;
  }
}

/** Returns the registrations of every token that has a factory, from the nearest container that knows it. */
function factoriesIn(container: Container) {
  const found = new Map<
    unknown,
    { readonly registrations: readonly Registration[]; readonly home: DependencyContainer }
  >();
  const seen = new Set<unknown>();
  for (const { container: home, registrations: byToken } of ancestryOf(container))
    for (const [token, registrations] of byToken) {
      if (seen.has(token) || registrations.length === 0) continue;
      seen.add(token);
      if (registrations.some(({ provider }) => provider.useFactory)) found.set(token, { registrations, home });
    }
  return found;
}
