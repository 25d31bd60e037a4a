// Builds a handler and what it depends on for one delivery, in a child container that is disposed of afterwards.
import 'reflect-metadata';
import { container as globalContainer, type DependencyContainer } from 'tsyringe';
import type { AnyHandlerClass, Handler } from './handler.js';

/** The container that handlers are built by: tsyringe's. */
export type Container = DependencyContainer;

/** A handler, and how to let go of what was built for it. */
export interface HandlerScope {
  readonly handler: Handler<never>;
  /** Disposes of every disposable that was built for this delivery; undefined when there is none. */
  close(): Promise<void> | undefined;
}

/** Builds the handler. @throws whatever the container, or a constructor, throws. */
export function openScope(container: Container, handlerClass: AnyHandlerClass): HandlerScope {
  const scope = container.createChildContainer();
  const handler = scope.resolve<Handler<never>>(handlerClass as new (...dependencies: unknown[]) => Handler<never>);
  return { handler, close: () => (mayHoldDisposables(scope) ? Promise.resolve(scope.dispose()) : undefined) };
}

/** `dispose()` of a container that built nothing to dispose of took a tenth of a short delivery (tsyringe 4.10, a private set). */
function mayHoldDisposables(scope: Container): boolean {
  const { disposables } = scope as unknown as { readonly disposables?: unknown };
  return !(disposables instanceof Set) || disposables.size > 0;
}

/** The container of a worker that was given none: a fresh one that knows what was registered globally by decorators. */
export function freshContainer(): Container {
  return globalContainer.createChildContainer();
}

/** Whether a value is a container that handlers can be built by. */
export function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null && 'createChildContainer' in value && 'resolve' in value;
}
