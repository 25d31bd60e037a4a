// An engine as a module's name and plain data: functions cannot cross into another thread or process, and each imports them there.
import { AcktorError, type AcktorErrorDetails } from '../errors.js';
import { errorReason } from '../foreign-text/error-text.js';
import { isEngine, type Engine, type EngineModule } from './engine.js';

/** Makes the engine that a module is named for. @throws EngineModuleError when there is none to be had of it. */
export async function importEngine({ url, exportName, options }: EngineModule): Promise<Engine> {
  const made = await make(url, exportName, options).catch((cause: unknown) => {
    throw cause instanceof EngineModuleError
      ? cause
      : new EngineModuleError(url, `it failed (${errorReason(cause)})`, { cause });
  });
  if (!isEngine(made)) throw new EngineModuleError(url, `what its export ${exportName} answers is no engine`);
  return made;
}

async function make(url: string, exportName: string, options: unknown): Promise<unknown> {
  const found = ((await import(url)) as Readonly<Record<string, unknown>>)[exportName];
  if (typeof found !== 'function') throw new EngineModuleError(url, `it exports no function ${exportName}`);
  return (found as (options: unknown) => unknown)(options);
}

/** A module that should make an engine, in a thread or a child process, does not. */
export class EngineModuleError extends AcktorError {
  readonly code = 'ACKTOR_ENGINE_MODULE';

  constructor(
    readonly url: string,
    complaint: string,
    details: AcktorErrorDetails = {},
  ) {
    super(`expected the module ${url} to export a function that makes an engine, but ${complaint}`, details);
  }
}

/** An engine that exists in one process alone was given to a supervisor, which starts others. */
export class EngineNotPortableError extends AcktorError {
  readonly code = 'ACKTOR_ENGINE_NOT_PORTABLE';

  /** @param engine its name. @param what starts the other processes. */
  constructor(
    readonly engine: string,
    what: string,
  ) {
    super(
      `expected ${what} to get an engine that its processes can make, too, but ${engine} names no module for them: ` +
        `it exists in this process alone. Start the workers here with Worker.start({ engine }), or take an engine with a \`module\``,
    );
  }
}

/** The engine does not do what was asked of it; nothing was done. */
export class EngineFeatureError extends AcktorError {
  readonly code = 'ACKTOR_ENGINE_FEATURE';

  constructor(
    readonly engine: string,
    readonly feature: string,
  ) {
    super(`expected an engine that has ${feature}, but ${engine} has not: take one that has, or do without`);
  }
}
