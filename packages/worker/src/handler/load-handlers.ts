// Handlers out of the files that hold them.
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeadListener, type DeadListener } from '../events/dead-jobs.js';
import { HandlerFileError, NoHandlersError, UnknownQueueError } from './handler-file-errors.js';
import { contractOf, type AnyHandler } from './handler.js';

/** Which handlers are wanted. */
export interface HandlerSearch {
  /** Absolute paths of files that Node can load. */
  readonly files: readonly string[];
  /** Only handlers of these queues; undefined for all. */
  readonly queues: readonly string[] | undefined;
  /** Numbers of consumers; by queue, the queues are looked at here, for a wrong name would be heeded by nobody. */
  readonly consumers?: number | Readonly<Record<string, number>> | undefined;
}

/** What was found, and as many of the numbers of consumers as are for it. */
export interface FoundHandlers {
  readonly handlers: readonly AnyHandler[];
  /** What is called with dead jobs of the queues that are wanted. */
  readonly onDead: readonly DeadListener[];
  readonly consumers: HandlerSearch['consumers'];
}

/**
 * Every export of the files that is a class decorated with `@handles` or was made by `handle()`, and by `onDead()`, each once.
 * @throws HandlerFileError for a file that does not load, NoHandlersError when nothing is left, UnknownQueueError for a queue
 * that no handler is for.
 */
export async function loadHandlers({ files, queues, consumers }: HandlerSearch): Promise<FoundHandlers> {
  const modules = await Promise.all(files.map(load));
  const exported = [...new Set(modules.flatMap(exportsOf))];
  const found = exported.filter(isHandler);
  if (found.length === 0) throw new NoHandlersError(files);
  const known = new Set(found.map(queueOf));
  const named = [...(queues ?? []), ...(typeof consumers === 'object' ? Object.keys(consumers) : [])];
  const strangers = named.filter((queue) => !known.has(queue));
  if (strangers.length > 0) throw new UnknownQueueError(strangers, [...known]);
  const isWanted = (queue: string) => queues === undefined || queues.includes(queue);
  const handlers = found.filter((handler) => isWanted(queueOf(handler)));
  const onDead = exported
    .filter(isDeadListener)
    .filter(({ job }) => queues === undefined || queues.includes(job.queue));
  if (typeof consumers !== 'object') return { handlers, onDead, consumers };
  return {
    handlers,
    onDead,
    consumers: Object.fromEntries(Object.entries(consumers).filter(([queue]) => isWanted(queue))),
  };
}

async function load(file: string): Promise<object> {
  try {
    return (await import(pathToFileURL(file).href)) as object;
  } catch (cause) {
    throw new HandlerFileError(file, cause, TYPESCRIPT.has(extname(file)));
  }
}

/** A CommonJS module's exports that Node does not see by their names lie in its default export. */
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
