// Finds out at the door, and not at the first delivery, that a handler cannot be built.
import 'reflect-metadata';
import { UnresolvableParameterError } from '../errors.js';
import type { Container } from './handler-scope.js';
import type { AnyHandlerClass } from './handler.js';

/**
 * Checks the constructor's parameters without building anything.
 * @throws UnresolvableParameterError naming the class, the parameter and what to do.
 */
export function checkParameters(container: Container, handlerClass: AnyHandlerClass): void {
  const types = parameterTypes(handlerClass);
  if (types === undefined && handlerClass.length > 0)
    throw new UnresolvableParameterError(handlerClass.name, 0, NO_METADATA);
  types?.forEach((type, index) => {
    const why = reasonAgainst(type, container);
    if (why !== undefined) throw new UnresolvableParameterError(handlerClass.name, index, why);
  });
}

/** As tsyringe 4.10 reads them: the compiler's types, with the tokens of `@inject` laid over. */
function parameterTypes(handlerClass: AnyHandlerClass): readonly unknown[] | undefined {
  const types = Reflect.getMetadata('design:paramtypes', handlerClass) as unknown[] | undefined;
  const tokens = (Reflect.getOwnMetadata('injectionTokens', handlerClass) ?? {}) as Record<string, unknown>;
  const all = [...(types ?? [])];
  for (const [index, token] of Object.entries(tokens)) all[Number(index)] = token;
  return types === undefined && all.length === 0 ? undefined : all;
}

function reasonAgainst(type: unknown, container: Container): string | undefined {
  if (isInjection(type)) return type.isOptional === true ? undefined : reasonAgainst(type.token, container);
  if (typeof type === 'string' || typeof type === 'symbol') {
    return container.isRegistered(type, true)
      ? undefined
      : `asks for the token ${String(type)}, which is not registered: register it in the container given to the worker`;
  }
  if (type === undefined)
    return 'has a type that is not loaded yet (a circular import): inject it with @inject(delay(() => …))';
  if (typeof type === 'function' && NOT_A_CLASS.has(type)) {
    return `has the type ${type.name}, which names no class: ${type === Function ? IMPORTED_AS_TYPE : INTERFACE}`;
  }
  return undefined;
}

/** What `@inject` and its kin leave in place of a type; a transform wraps one in another. */
interface Injection {
  readonly token: unknown;
  readonly isOptional?: boolean;
}

function isInjection(type: unknown): type is Injection {
  return typeof type === 'object' && type !== null && 'token' in type;
}

const NOT_A_CLASS = new Set<unknown>([Object, String, Number, Boolean, Array, Function, Symbol, BigInt, Promise]);

const INTERFACE = "an interface, perhaps; use @inject('a token')";
const IMPORTED_AS_TYPE = 'was it imported with `import type`? Import it as a value, or use @inject';

const NO_METADATA =
  'has no type known at run time: compile with emitDecoratorMetadata (esbuild and tsx emit none), or use @inject(Class)';
