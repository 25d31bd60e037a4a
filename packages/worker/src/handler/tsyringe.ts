// tsyringe: loaded when a program has something for it to build. And what is read of its containers beyond their interface (4.10).
import { createRequire } from 'node:module';
import type * as Tsyringe from 'tsyringe';
import type { DependencyContainer } from 'tsyringe';
import type { Container } from './container.js';

export type { DependencyContainer };

const load = createRequire(import.meta.url);

/** Loads `reflect-metadata`: what the compiler writes of a decorated class's parameters is kept by it, and lost before. */
export function keepDecoratorMetadata(): void {
  load('reflect-metadata');
}

/** tsyringe itself: the same that `import 'tsyringe'` gives, for both read its CommonJS modules. */
export function tsyringe(): typeof Tsyringe {
  keepDecoratorMetadata();
  return load('tsyringe') as typeof Tsyringe;
}

/** Returns the container of a worker that was given none: a fresh one that knows what decorators have registered globally. */
export function freshContainer(): DependencyContainer {
  return tsyringe().container.createChildContainer();
}

/** tsyringe's global container; undefined in a program that has not loaded it. */
export function loadedGlobalContainer(): DependencyContainer | undefined {
  return load.resolve('tsyringe') in load.cache ? tsyringe().container : undefined;
}

/** Whether a container is tsyringe's. */
export function isTsyringe(container: Container): container is DependencyContainer {
  return internalsOf(container) !== undefined;
}

/** Anything that a container built and that has `dispose()`. */
export interface Disposable {
  dispose(): unknown;
}

/** As tsyringe asks: a method that takes nothing. */
export function isDisposable(value: object): value is Disposable {
  const { dispose } = value as Partial<Disposable>;
  return typeof dispose === 'function' && dispose.length === 0;
}

/** How a container makes what is asked for under a token. */
export interface Registration {
  readonly provider: Provider;
  readonly options: { readonly lifecycle: number };
  /** What it has built that outlives who asked for it. */
  instance?: unknown;
}

export interface Provider {
  readonly useClass?: unknown;
  readonly useToken?: unknown;
  readonly useFactory?: (container: DependencyContainer) => unknown;
}

export interface ContainerInternals {
  readonly parent: DependencyContainer | undefined;
  readonly disposables: Set<Disposable>;
  readonly registrations: Map<unknown, Registration[]>;
}

/** Returns undefined for any other container. */
export function internalsOf(container: Container): ContainerInternals | undefined {
  const { disposables, parent, _registry } = container as unknown as Partial<PrivateFields>;
  const registrations = _registry?._registryMap;
  return disposables instanceof Set && registrations instanceof Map
    ? { parent, disposables, registrations }
    : undefined;
}

interface PrivateFields {
  readonly parent: DependencyContainer | undefined;
  readonly disposables: Set<Disposable>;
  readonly _registry: { readonly _registryMap?: Map<unknown, Registration[]> };
}

interface Ancestor extends ContainerInternals {
  readonly container: DependencyContainer;
}

/** Returns a container and those that it was made from, the nearest first; none beyond one that is not tsyringe's. */
export function ancestryOf(container: Container): readonly Ancestor[] {
  const ancestry: Ancestor[] = [];
  for (let at: Container | undefined = container; at !== undefined; at = ancestry.at(-1)?.parent) {
    const inside = internalsOf(at);
    if (inside === undefined) break;
    ancestry.push({ container: at as DependencyContainer, ...inside });
  }
  return ancestry;
}

/** What the nearest container that knows the token has registered under it; empty when none does. */
export function registrationsOf(container: Container, token: unknown): readonly Registration[] {
  for (const { registrations } of ancestryOf(container)) {
    const found = registrations.get(token) ?? [];
    if (found.length > 0) return found;
  }
  return [];
}
