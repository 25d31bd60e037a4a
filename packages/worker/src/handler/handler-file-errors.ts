// What can be wrong with files that are to hold handlers.
import { AcktorError } from '@acktor/core';

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
    super(`expected queues that a handler is for (${known.join(', ')}), got ${queues.join(', ')}`);
  }
}

function notCompiled(file: string, cause: unknown): string {
  return (
    `${file} is TypeScript, and this Node (${process.version}) ${because(cause)}. Run your build, and name the compiled ` +
    `file instead, such as ${compiledName(file)}. (TypeScript's compiler also writes the types of constructor parameters ` +
    'that handlers are built by; tools that only strip types do not.)'
  );
}

/** What a build usually makes of the file. */
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
