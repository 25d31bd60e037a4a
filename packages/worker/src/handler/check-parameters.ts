// Checks when a worker starts, and not at the first delivery, that every handler and all that it depends on can be built.
import type {} from 'reflect-metadata';
import { Operator, Producer } from '@acktor/core';
import { UnresolvableParameterError } from '../errors.js';
import { nameOfToken, type Container, type Token } from './container.js';
import type { AnyHandlerClass } from './handler.js';
import {
  isTsyringe,
  keepDecoratorMetadata,
  registrationsOf,
  type DependencyContainer,
  type Registration,
} from './tsyringe.js';

/** What is injected into a handler. */
export interface InjectedHandler {
  readonly name: string;
  /** Undefined for a function. */
  readonly handlerClass: AnyHandlerClass | undefined;
  /** Undefined for a class that is built by its decorator metadata. */
  readonly inject: readonly Token[] | undefined;
  /** What its middleware has declared to provide. */
  readonly provided: ReadonlySet<unknown>;
}

/** Whether a handler needs a container: middleware may provide all that it asks for. */
export function needsContainer({ inject, provided }: InjectedHandler): boolean {
  return inject === undefined || inject.some((token) => !provided.has(token));
}

/**
 * Checks the constructors' parameters of the handlers, and of all that they depend on, without building anything. Returns the names of
 * the classes, other than handlers, that are built anew for each delivery; undefined for a container other than tsyringe's,
 * which builds in its own way. What a factory builds is not checked.
 * @throws UnresolvableParameterError naming the class, the parameter and what to do.
 */
export function checkParameters(
  container: Container,
  handlers: readonly InjectedHandler[],
): readonly string[] | undefined {
  const injected = handlers.filter(needsContainer);
  if (injected.length === 0) return [];
  if (!isTsyringe(container)) return undefined;
  keepDecoratorMetadata();
  const builtAnew = new Set<string>();
  const plain = new DependencyWalk(container, new Set());
  for (const handler of injected) {
    // What has been checked for one handler need not be for the next, unless middleware provides some of it.
    const walk = handler.provided.size === 0 ? plain : new DependencyWalk(container, handler.provided);
    walk.visitHandler(handler);
    for (const { name } of walk.builtAnew) builtAnew.add(name);
  }
  for (const { name } of injected) builtAnew.delete(name);
  return [...builtAnew];
}

class DependencyWalk {
  readonly builtAnew = new Set<Constructor>();
  readonly #container: DependencyContainer;
  readonly #provided: ReadonlySet<unknown>;
  /** Whether what has been visited was built for a delivery alone, or also for what outlives it. */
  readonly #visited = { delivery: new Set<unknown>(), lasting: new Set<unknown>() };
  readonly #delayed = new Set<unknown>();

  constructor(container: DependencyContainer, provided: ReadonlySet<unknown>) {
    this.#container = container;
    this.#provided = provided;
  }

  visitHandler({ name, handlerClass, inject }: InjectedHandler): void {
    if (inject === undefined) return this.visitToken(handlerClass, []);
    const path = [{ name, built: handlerClass, isLasting: false, isByTokens: true }];
    inject.forEach((token, index) => this.#visitParameter(token, index, path));
  }

  visitToken(token: unknown, path: Path): void {
    const registrations = registrationsOf(this.#container, token);
    if (registrations.length > 0)
      return registrations.forEach((registration) => this.#visitRegistration(registration, path));
    if (isConstructor(token) && !this.#isKnown(token)) this.#visitClass(token, TRANSIENT, path);
  }

  #visitRegistration({ provider, options }: Registration, path: Path): void {
    if (provider.useToken !== undefined) this.visitToken(provider.useToken, path);
    else if (isConstructor(provider.useClass)) this.#visitClass(provider.useClass, options.lifecycle, path);
  }

  #visitClass(visited: Constructor, lifecycle: number, path: Path): void {
    if (path.some(({ built }) => built === visited)) throw circular(visited, path);
    if (lifecycle === TRANSIENT) this.builtAnew.add(visited);
    const isLasting = lifecycle === SINGLETON || path.some((dependent) => dependent.isLasting);
    const seen = this.#visited[isLasting ? 'lasting' : 'delivery'];
    if (seen.has(visited)) return;
    const types = parameterTypes(visited);
    const longer = [...path, { name: visited.name, built: visited, isLasting, isByTokens: false }];
    if (types === undefined && visited.length > 0) throw unresolvable(longer, 0, nothingKnown(longer));
    types?.forEach((type, index) => this.#visitParameter(type, index, longer));
    if (types !== undefined && isUndecorated(this.#container, visited, types))
      throw unresolvable(longer, 0, nothingKnown(longer));
    seen.add(visited);
  }

  #visitParameter(type: unknown, index: number, path: Path): void {
    if (this.#provided.has(type)) return refuseCaptive(type, index, path);
    if (isInjection(type)) {
      if (type.transform !== undefined) this.visitToken(type.transform, path);
      if (type.isOptional !== true || this.#isKnown(type.token)) this.#visitParameter(type.token, index, path);
      return;
    }
    // Built when it is first used, and meant for what depends on each other.
    if (isDelayed(type)) return this.#visitDelayed(type.wrap(), index, path);
    const why = this.#isKnown(type) ? undefined : reasonAgainst(type);
    if (why !== undefined) throw unresolvable(path, index, why);
    this.visitToken(type, path);
  }

  /** A path that leads back to itself through a delayed dependency is no circle: by then it is built. */
  #visitDelayed(type: unknown, index: number, path: Path): void {
    if (this.#delayed.has(type)) return;
    this.#delayed.add(type);
    const why = this.#isKnown(type) ? undefined : reasonAgainst(type);
    if (why !== undefined) throw unresolvable(path, index, why);
    this.visitToken(type, []);
  }

  #isKnown(token: unknown): boolean {
    return this.#provided.has(token) || this.#container.isRegistered(token as never, true);
  }
}

/** A class that can be built, as far as is known yet. */
type Constructor = abstract new (...dependencies: never[]) => unknown;

/** From the handler to what is visited. */
type Path = readonly Dependency[];

interface Dependency {
  readonly name: string;
  /** Undefined for a function. */
  readonly built: Constructor | undefined;
  /** Whether it outlives the delivery that it is first built for. */
  readonly isLasting: boolean;
  /** Whether its parameters were named by `inject`. */
  readonly isByTokens: boolean;
}

/** A singleton would keep, for every later delivery, what was provided for the one that it was first built for. */
function refuseCaptive(type: unknown, index: number, path: Path): void {
  const lasting = path.find(({ isLasting }) => isLasting);
  if (lasting === undefined) return;
  const what = nameOfToken(type);
  throw unresolvable(
    path,
    index,
    `is ${what}, which a middleware provides for each delivery, and ${lasting.name} is a singleton, which would keep the first: ` +
      `register ${lasting.name} with another lifetime, or give it ${what} with each call`,
  );
}

/** As tsyringe 4.10 reads them: the compiler's types, with the tokens of `@inject` laid over. */
function parameterTypes(built: Constructor): readonly unknown[] | undefined {
  const types = Reflect.getMetadata('design:paramtypes', built) as unknown[] | undefined;
  const tokens = (Reflect.getOwnMetadata('injectionTokens', built) ?? {}) as Record<string, unknown>;
  const all = [...(types ?? [])];
  for (const [index, token] of Object.entries(tokens)) all[Number(index)] = token;
  return types === undefined && all.length === 0 ? undefined : all;
}

function reasonAgainst(type: unknown): string | undefined {
  if (typeof type === 'string' || typeof type === 'symbol')
    return `asks for the token ${String(type)}, which is not registered: register it in the container given to the worker`;
  if (type === undefined)
    return 'has a type that is not loaded yet (a circular import): inject it with @inject(delay(() => …))';
  if (typeof type === 'function' && PLAIN_VALUES.has(type))
    return `is a ${type.name}, which the container cannot make: register the value under a token and use @inject('token')`;
  if (typeof type === 'function' && NOT_A_CLASS.has(type))
    return `has the type ${type.name}, which names no class: ${type === Function ? IMPORTED_AS_TYPE : INTERFACE}`;
  return undefined;
}

/** Whether the compiler has written down the parameters of a class for another decorator, and tsyringe does not know it; without building it. */
function isUndecorated(container: DependencyContainer, built: Constructor, types: readonly unknown[]): boolean {
  if (built.length === 0) return false;
  const trial = container.createChildContainer();
  const probe = Symbol('probe');
  let hasBegun = false;
  const begin = () => {
    hasBegun = true;
    throw new Error('far enough');
  };
  const tokens = types.flatMap((type) => (isInjection(type) ? [type.transform ?? type.token, type.token] : [type]));
  if (
    !tokens.some((token) => typeof token !== 'string' && typeof token !== 'symbol') &&
    !tokens.some((token) => container.isRegistered(token as never, true))
  )
    return false;
  for (const token of tokens) trial.beforeResolution(token as never, begin);
  trial.register(probe, { useClass: built as never });
  try {
    trial.resolve(probe);
  } catch {
    return !hasBegun;
  }
  return false;
}

/** What `@inject` and its kin leave in place of a type; a transform wraps one in another. */
interface Injection {
  readonly token: unknown;
  readonly isOptional?: boolean;
  readonly transform?: unknown;
}

function isInjection(type: unknown): type is Injection {
  return typeof type === 'object' && type !== null && 'token' in type;
}

/** What `delay(() => Class)` makes. */
function isDelayed(type: unknown): type is { readonly wrap: () => unknown } {
  return typeof type === 'object' && type !== null && 'wrap' in type && typeof type.wrap === 'function';
}

function isConstructor(value: unknown): value is Constructor {
  return typeof value === 'function';
}

function unresolvable(path: Path, parameter: number, why: string): UnresolvableParameterError {
  const names = path.map(({ name }) => name);
  return new UnresolvableParameterError(names, { parameter, isNamed: path.at(-1)?.isByTokens === true }, why);
}

function circular(visited: Constructor, path: Path): UnresolvableParameterError {
  return unresolvable(path, 0, `leads back to ${visited.name}: inject one of them with @inject(delay(() => …))`);
}

/** Says what is missing. `@handles` has registered the handler itself. */
function nothingKnown(path: Path): string {
  const last = path.at(-1);
  if (path.length <= 1 || last === undefined) return NO_METADATA;
  const { name, built } = last;
  return (built as unknown) === Producer || (built as unknown) === Operator
    ? `is unknown to the container: register one: container.registerInstance(${name}, await ${name}.connect())`
    : `is unknown to the container: decorate ${name} with @injectable(), or register an instance or a factory of it in the container given to the worker, or declare the middleware that provides it: middleware({ provides: [${name}] }, …)`;
}

/** tsyringe's number for the lifetime of what is built anew each time. */
const TRANSIENT = 0;
/** And for that of what is built once. */
const SINGLETON = 1;

const PLAIN_VALUES = new Set<unknown>([String, Number, Boolean]);

const NOT_A_CLASS = new Set<unknown>([Object, Array, Function, Symbol, BigInt, Promise]);

const INTERFACE = "an interface, perhaps; use @inject('a token')";
const IMPORTED_AS_TYPE = 'was it imported with `import type`? Import it as a value, or use @inject';

const NO_METADATA =
  'has no type known at run time: compile with emitDecoratorMetadata (esbuild and tsx emit none), or name them: @handles(job, { inject: [Class] })';
