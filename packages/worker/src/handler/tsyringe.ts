// tsyringe: loaded when a program has something for it to build, and what is read of its containers that they do not offer (4.10).
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

/** The container of a worker that was given none: a fresh one that knows what was registered globally by decorators. */
export function freshContainer(): DependencyContainer {
  return tsyringe().container.createChildContainer();
}

/** tsyringe's global container; undefined in a program that has not loaded it. */
export function loadedGlobalContainer(): DependencyContainer | undefined {
  return load.resolve('tsyringe') in load.cache ? tsyringe().container : undefined;
}

/** Whether a container is tsyringe's. */
export function isTsyringe(container: Container): container is DependencyContainer {
  return insideOf(container) !== undefined;
}

/** Whatever has `dispose()` among what a container built. */
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

export interface ContainerInside {
  readonly parent: DependencyContainer | undefined;
  readonly disposables: Set<Disposable>;
  readonly registrations: Map<unknown, Registration[]>;
}

/** Of each delivery only this is asked. Undefined for a container of another make. */
export function disposablesOf(container: Container): Set<Disposable> | undefined {
  const { disposables } = container as unknown as Partial<PrivateDeps>;
  return disposables instanceof Set ? disposables : undefined;
}

/** Undefined for a container of another make. */
export function insideOf(container: Container): ContainerInside | undefined {
  const { disposables, parent, _registry } = container as unknown as Partial<PrivateDeps>;
  const registrations = _registry?._registryMap;
  return disposables instanceof Set && registrations instanceof Map
    ? { parent, disposables, registrations }
    : undefined;
}

interface PrivateDeps {
  readonly parent: DependencyContainer | undefined;
  readonly disposables: Set<Disposable>;
  readonly _registry: { readonly _registryMap?: Map<unknown, Registration[]> };
}

interface LineOfOne extends ContainerInside {
  readonly container: DependencyContainer;
}

/** A container and those that it was made from, the nearest first; none beyond one of another make. */
export function lineOf(container: Container): readonly LineOfOne[] {
  const line: LineOfOne[] = [];
  for (let at: Container | undefined = container; at !== undefined; at = line.at(-1)?.parent) {
    const inside = insideOf(at);
    if (inside === undefined) break;
    line.push({ container: at as DependencyContainer, ...inside });
  }
  return line;
}

/** What the nearest container that knows the token has registered under it; empty when none does. */
export function registrationsOf(container: Container, token: unknown): readonly Registration[] {
  for (const { registrations } of lineOf(container)) {
    const found = registrations.get(token) ?? [];
    if (found.length > 0) return found;
  }
  return [];
}
