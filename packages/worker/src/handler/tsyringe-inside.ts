// What is read of tsyringe's containers that they do not offer (4.10). A container of another make has none of it.
import type { DependencyContainer } from 'tsyringe';

/** The container that handlers are built by: tsyringe's. */
export type Container = DependencyContainer;

/** Whatever has `dispose()` among what a container built. */
export interface Disposable {
  dispose(): unknown;
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
  readonly useFactory?: (container: Container) => unknown;
}

export interface ContainerInside {
  readonly parent: Container | undefined;
  readonly disposables: Set<Disposable>;
  readonly registrations: Map<unknown, Registration[]>;
}

/** Of each delivery only this is asked. Undefined for a container of another make. */
export function disposablesOf(container: Container): Set<Disposable> | undefined {
  const { disposables } = container as unknown as Partial<PrivateParts>;
  return disposables instanceof Set ? disposables : undefined;
}

/** Undefined for a container of another make. */
export function insideOf(container: Container): ContainerInside | undefined {
  const { disposables, parent, _registry } = container as unknown as Partial<PrivateParts>;
  const registrations = _registry?._registryMap;
  return disposables instanceof Set && registrations instanceof Map
    ? { parent, disposables, registrations }
    : undefined;
}

interface PrivateParts {
  readonly parent: Container | undefined;
  readonly disposables: Set<Disposable>;
  readonly _registry: { readonly _registryMap?: Map<unknown, Registration[]> };
}

/** A container and those that it was made from, the nearest first; none beyond one of another make. */
export function lineOf(container: Container): readonly (ContainerInside & { readonly container: Container })[] {
  const line: (ContainerInside & { readonly container: Container })[] = [];
  for (let at: Container | undefined = container; at !== undefined; at = line.at(-1)?.parent) {
    const inside = insideOf(at);
    if (inside === undefined) break;
    line.push({ container: at, ...inside });
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
