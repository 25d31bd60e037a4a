// The port to containers, which build handlers and what they depend on. tsyringe's container is one implementation.
import { OptionsError } from '@acktor/core';
import { NotProvidedError } from '../errors.js';

/** What names a dependency: its class, or a text or symbol that it is registered under. */
export type Token<T = unknown> = (abstract new (...dependencies: never[]) => T) | string | symbol;

/** What tokens name: an instance of each class; for a text or symbol only its registration knows the type. */
export type Injected<Tokens extends readonly Token[]> = number extends Tokens['length']
  ? never[]
  : { -readonly [Index in keyof Tokens]: InstanceOf<Tokens[Index]> };

type InstanceOf<T> = T extends abstract new (...dependencies: never[]) => infer Instance ? Instance : never;

/**
 * A container as the worker knows it: anything with `resolve`.
 *
 * Without `createChildContainer` all deliveries resolve from this one, and nothing that it builds is disposed of.
 * @example
 * // Awilix, whose tokens are names.
 * const port = (scope: AwilixContainer): Container => ({
 *   resolve: (token: string) => scope.resolve(token),
 *   createChildContainer: () => port(scope.createScope()),
 *   dispose: () => scope.dispose(),
 * });
 */
export interface Container {
  /** Returns what is registered under the token, or built of that class; not a promise. Throws when it cannot. */
  resolve(token: never): unknown;
  /** Returns a container for one delivery. */
  createChildContainer?(): Container;
  /** Called on the container of a delivery, for what middleware provides, so that what is built for the delivery gets it too. */
  registerInstance?(token: never, value: never): unknown;
  /** Called on the container of a delivery, when that has ended; the next delivery waits for it for three seconds. */
  dispose?(): unknown;
}

/** Whether a value is a container that handlers can be built by. */
export function isContainer(value: unknown): value is Container {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as Partial<Container>).resolve === 'function';
}

/** The container of a worker that has nothing to inject but what its middleware provides. */
export const emptyContainer: Container = {
  resolve: (token: Token): never => {
    throw new NotProvidedError(
      nameOfToken(token),
      'no middleware provides it for this delivery, and the worker has no container: ' +
        'call delivery.provide() in a middleware, name it in `inject`, or start the worker with a container',
    );
  },
};

/** Returns a token as text, for people. */
export function nameOfToken(token: unknown): string {
  return typeof token === 'function' ? token.name || 'a class without a name' : String(token);
}

/** Whether a value is a token. */
export function isToken(value: unknown): value is Token {
  return typeof value === 'string' || typeof value === 'symbol' || isConstructor(value);
}

/** Whether a value is an array of tokens. */
export function areTokens(value: unknown): value is readonly Token[] {
  return Array.isArray(value) && value.every(isToken);
}

/** @throws OptionsError for what cannot be provided for a delivery: a token that is none, no value. */
export function requireProvidable(token: unknown, value: unknown): void {
  const expected = 'expected delivery.provide(token, value) to be given';
  if (!isToken(token))
    throw new OptionsError([
      { option: 'token', message: `${expected} a class, a text or a symbol, got ${typeof token}` },
    ]);
  if (value !== undefined && value !== null) return;
  const message = `${expected} a value for ${nameOfToken(token)}, got ${String(value)}`;
  throw new OptionsError([{ option: 'value', message }]);
}

/** Arrow functions and methods have no prototype. */
function isConstructor(value: unknown): boolean {
  return typeof value === 'function' && typeof value.prototype === 'object' && value.prototype !== null;
}
