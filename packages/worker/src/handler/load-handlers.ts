// Finds the handlers, and the middleware, that files export.
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AcktorError, isFlow, OptionsError, type FlowContract } from '@acktor/core';
import { describe, nearestName } from '@acktor/core/internal';
import { isDeadListener, type DeadListener } from '../events/on-dead.js';
import { contractOf, type AnyHandler } from './handler.js';
import { isMiddleware, type Middleware } from './middleware.js';

/** Which handlers are wanted. */
export interface HandlerSearch {
  /** Absolute paths of files that Node can load. */
  readonly files: readonly string[];
  /** Only handlers of these queues; undefined for all. */
  readonly queues: readonly string[] | undefined;
  /** Numbers of consumers. Where they are by queue, the names are checked: a wrong one would have no effect. */
  readonly consumers?: number | Readonly<Record<string, number>> | undefined;
}

/** What was found, and the numbers of consumers that are for it. */
export interface FoundHandlers {
  readonly handlers: readonly AnyHandler[];
  /** The listeners for dead jobs of the queues that are wanted. */
  readonly onDead: readonly DeadListener[];
  /** The flows of the queues that are wanted. */
  readonly flows: readonly FlowContract[];
  readonly consumers: HandlerSearch['consumers'];
}

/**
 * Returns every export of the files that is a class decorated with `@handles`, or was made by `handle()`, `onDead()` or `flow()`, each once.
 * @throws HandlerFileError for a file that does not load, NoHandlersError when nothing is left, UnknownQueueError for a queue
 * that no handler is for.
 */
export async function loadHandlers({ files, queues, consumers }: HandlerSearch): Promise<FoundHandlers> {
  const modules = await Promise.all(files.map(load));
  const exported = [...new Set(modules.flatMap(exportsOf))];
  const found = exported.filter(isHandler);
  if (found.length === 0) throw new NoHandlersError(files);
  const ofFiles = exported.filter(isFlow);
  const known = new Set([...found.map(queueOf), ...ofFiles.map(({ queue }) => queue)]);
  const named = [...(queues ?? []), ...(typeof consumers === 'object' ? Object.keys(consumers) : [])];
  const strangers = named.filter((queue) => !known.has(queue));
  if (strangers.length > 0) throw new UnknownQueueError(strangers, [...known]);
  const isWanted = (queue: string) => queues === undefined || queues.includes(queue);
  const handlers = found.filter((handler) => isWanted(queueOf(handler)));
  const onDead = exported
    .filter(isDeadListener)
    .filter(({ job }) => queues === undefined || queues.includes(job.queue));
  const flows = ofFiles.filter(({ queue }) => isWanted(queue));
  if (typeof consumers !== 'object') return { handlers, onDead, flows, consumers };
  return {
    handlers,
    onDead,
    flows,
    consumers: Object.fromEntries(Object.entries(consumers).filter(([queue]) => isWanted(queue))),
  };
}

/**
 * Returns the middleware that each file exports as default, or as `use`, alone or in an array, in the order of the files.
 * @throws HandlerFileError for a file that does not load, OptionsError for one that exports anything else.
 */
export async function loadMiddleware(files: readonly string[]): Promise<readonly Middleware[]> {
  const modules = await Promise.all(files.map(load));
  return modules.flatMap((module, i) => {
    const exported = defaultOf(module) ?? ('use' in module ? module.use : undefined);
    const all: readonly unknown[] = Array.isArray(exported) ? exported : [exported];
    if (all.length > 0 && all.every(isMiddleware)) return all;
    const misfit = all.find((each) => !isMiddleware(each)) ?? exported;
    const expected = `expected ${files[i]} to export middleware as default, or as use, a function (delivery, next) => result or an array of them`;
    throw new OptionsError([{ option: 'middleware', message: `${expected}, got ${describe(misfit)}` }]);
  });
}

/** A CommonJS module that was compiled from an ES module has a default within its default. */
function defaultOf(module: object): unknown {
  const found: unknown = 'default' in module ? module.default : undefined;
  return typeof found === 'object' && found !== null && 'default' in found ? found.default : found;
}

async function load(file: string): Promise<object> {
  try {
    return (await import(pathToFileURL(file).href)) as object;
  } catch (cause) {
    throw new HandlerFileError(file, cause, TYPESCRIPT.has(extname(file)));
  }
}

/** The exports of a CommonJS module that Node does not know by name are in its default export. */
function exportsOf(module: object): readonly unknown[] {
  const inner: unknown = 'default' in module ? module.default : undefined;
  return [module, inner ?? {}].flatMap((exports) => Object.values(exports) as readonly unknown[]);
}

function isHandler(value: unknown): value is AnyHandler {
  return contractOf(value) !== undefined;
}

function queueOf(handler: AnyHandler): string {
  return contractOf(handler)?.queue ?? '';
}

const TYPESCRIPT = new Set(['.ts', '.mts', '.cts', '.tsx']);

/** A handler file that Node could not load. */
export class HandlerFileError extends AcktorError {
  readonly code = 'ACKTOR_HANDLER_FILE';

  constructor(
    readonly file: string,
    cause: unknown,
    isTypeScript: boolean,
  ) {
    super(isTypeScript ? notCompiled(file, cause) : `expected a module with handlers, but ${file} ${because(cause)}`, {
      cause,
    });
  }
}

/** None of the files exports a handler. */
export class NoHandlersError extends AcktorError {
  readonly code = 'ACKTOR_NO_HANDLERS';

  constructor(readonly files: readonly string[]) {
    super(
      `expected at least one exported handler, a class decorated with @handles(job) or what handle(job, function) made, got none in ${listed(files)}: export the ` +
        'handlers, and see that they import the same installed @acktor/worker as the command does',
    );
  }
}

/** A queue was named that no loaded handler is for. */
export class UnknownQueueError extends AcktorError {
  readonly code = 'ACKTOR_UNKNOWN_QUEUE';

  constructor(
    readonly queues: readonly string[],
    readonly known: readonly string[],
  ) {
    super(
      `expected queues that a handler is for (${known.join(', ')}), got ${queues.join(', ')}${meant(queues, known)}`,
    );
  }
}

function meant(queues: readonly string[], known: readonly string[]): string {
  const near = new Set(queues.flatMap((queue) => nearestName(queue, known) ?? []));
  return near.size === 0 ? '' : ` (did you mean ${[...near].join(', ')}?)`;
}

function notCompiled(file: string, cause: unknown): string {
  return (
    `${file} is TypeScript, and this Node (${process.version}) ${because(cause)}. Run your build, and name the compiled ` +
    `file instead, such as ${compiledName(file)}. (TypeScript's compiler also writes the types of constructor parameters ` +
    'that handlers are built by; tools that only strip types do not.)'
  );
}

/** Returns where a build usually writes the file. */
function compiledName(file: string): string {
  return file.replace(/([/\\])src([/\\])(?!.*[/\\]src[/\\])/, '$1dist$2').replace(/\.([mc]?)tsx?$/, '.$1js');
}

function because(cause: unknown): string {
  if (!(cause instanceof Error)) return `did not load: it threw ${String(cause)}`;
  const place = cause.stack?.split('\n').find((line) => /^\s+at /.test(line) && !line.includes('node:internal'));
  return `did not load: ${cause.name}: ${cause.message}${place === undefined ? '' : ` (${place.trim()})`}`;
}

function listed(files: readonly string[]): string {
  const more = files.length - MOST_LISTED;
  return more > 0 ? `${files.slice(0, MOST_LISTED).join(', ')} and ${more} more files` : files.join(', ');
}

const MOST_LISTED = 5;
