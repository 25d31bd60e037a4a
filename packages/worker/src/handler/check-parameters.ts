// Finds out at the door, and not at the first delivery, that a handler or anything that it depends on cannot be built.
import 'reflect-metadata';
import { Operator, Producer } from '@acktor/core';
import { UnresolvableParameterError } from '../errors.js';
import type { AnyHandlerClass } from './handler.js';
import { insideOf, registrationsOf, type Container, type Registration } from './tsyringe-inside.js';

/** A class that can be built, or is to be found to be so. */
type Constructor = abstract new (...dependencies: never[]) => unknown;

/** From the handler to what is looked at. */
type Way = readonly Constructor[];

/**
 * Checks the constructors' parameters of the handlers, and of all that they depend on, without building anything. Answers the names of
 * the classes, other than handlers, that are built anew for each delivery; undefined for a container of another make than tsyringe's,
 * which builds in ways of its own. What a factory builds is not looked at.
 * @throws UnresolvableParameterError naming the class, the parameter and what to do.
 */
export function checkParameters(
  container: Container,
  handlers: readonly AnyHandlerClass[],
): readonly string[] | undefined {
  if (insideOf(container) === undefined) return undefined;
  const walk = new DependencyWalk(container);
  for (const handler of handlers) walk.visitToken(handler, []);
  const builtAnew = [...walk.builtAnew].filter((built) => !handlers.includes(built as AnyHandlerClass));
  return [...new Set(builtAnew.map(({ name }) => name))];
}

class DependencyWalk {
  readonly builtAnew = new Set<Constructor>();
  readonly #container: Container;
  readonly #visited = new Set<unknown>();
  readonly #delayed = new Set<unknown>();

  constructor(container: Container) {
    this.#container = container;
  }

  visitToken(token: unknown, way: Way): void {
    const registrations = registrationsOf(this.#container, token);
    if (registrations.length > 0)
      return registrations.forEach((registration) => this.#visitRegistration(registration, way));
    if (isConstructor(token) && !isKnown(this.#container, token)) this.#visitClass(token, TRANSIENT, way);
  }

  #visitRegistration({ provider, options }: Registration, way: Way): void {
    if (provider.useToken !== undefined) this.visitToken(provider.useToken, way);
    else if (isConstructor(provider.useClass)) this.#visitClass(provider.useClass, options.lifecycle, way);
  }

  #visitClass(visited: Constructor, lifecycle: number, way: Way): void {
    if (way.includes(visited)) throw circular(visited, way);
    if (lifecycle === TRANSIENT) this.builtAnew.add(visited);
    if (this.#visited.has(visited)) return;
    const types = parameterTypes(visited);
    const longer = [...way, visited];
    if (types === undefined && visited.length > 0) throw unresolvable(longer, 0, nothingKnown(longer));
    types?.forEach((type, index) => this.#visitParameter(type, index, longer));
    if (types !== undefined && isUndecorated(this.#container, visited, types))
      throw unresolvable(longer, 0, nothingKnown(longer));
    this.#visited.add(visited);
  }

  #visitParameter(type: unknown, index: number, way: Way): void {
    if (isInjection(type)) {
      if (type.transform !== undefined) this.visitToken(type.transform, way);
      if (type.isOptional !== true || isKnown(this.#container, type.token))
        this.#visitParameter(type.token, index, way);
      return;
    }
    // Built when it is first used, and meant for what depends on each other.
    if (isDelayed(type)) return this.#visitDelayed(type.wrap(), index, way);
    const why = isKnown(this.#container, type) ? undefined : reasonAgainst(type);
    if (why !== undefined) throw unresolvable(way, index, why);
    this.visitToken(type, way);
  }

  /** What leads back to itself by way of this is no circle, for by then it is built. */
  #visitDelayed(type: unknown, index: number, way: Way): void {
    if (this.#delayed.has(type)) return;
    this.#delayed.add(type);
    const why = isKnown(this.#container, type) ? undefined : reasonAgainst(type);
    if (why !== undefined) throw unresolvable(way, index, why);
    this.visitToken(type, []);
  }
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

/** A class whose parameters the compiler has written down for another decorator, but which tsyringe does not know: found out without building it. */
function isUndecorated(container: Container, built: Constructor, types: readonly unknown[]): boolean {
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
    !tokens.some((token) => isKnown(container, token))
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

function isKnown(container: Container, token: unknown): boolean {
  return container.isRegistered(token as never, true);
}

function unresolvable(way: Way, parameter: number, why: string): UnresolvableParameterError {
  return new UnresolvableParameterError(
    way.map(({ name }) => name),
    parameter,
    why,
  );
}

function circular(visited: Constructor, way: Way): UnresolvableParameterError {
  return unresolvable(way, 0, `leads back to ${visited.name}: inject one of them with @inject(delay(() => …))`);
}

/** Of a handler, `@handles` has let the container know what it can. */
function nothingKnown(way: Way): string {
  const built = way.at(-1);
  if (way.length <= 1 || built === undefined) return NO_METADATA;
  const { name } = built;
  return (built as unknown) === Producer || (built as unknown) === Operator
    ? `is unknown to the container: register one: container.registerInstance(${name}, await ${name}.connect())`
    : `is unknown to the container: decorate ${name} with @injectable(), or register an instance or a factory of it in the container given to the worker`;
}

/** tsyringe's number for the lifetime of what is built anew each time. */
const TRANSIENT = 0;

const PLAIN_VALUES = new Set<unknown>([String, Number, Boolean]);

const NOT_A_CLASS = new Set<unknown>([Object, Array, Function, Symbol, BigInt, Promise]);

const INTERFACE = "an interface, perhaps; use @inject('a token')";
const IMPORTED_AS_TYPE = 'was it imported with `import type`? Import it as a value, or use @inject';

const NO_METADATA =
  'has no type known at run time: compile with emitDecoratorMetadata (esbuild and tsx emit none), or use @inject(Class)';
