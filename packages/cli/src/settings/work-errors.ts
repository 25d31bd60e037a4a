// What can be wrong with the files that `acktor work` is given.
import { AcktorError } from '@acktor/core';

/** A handler file was named, or a glob, and there is no such file; or none was named at all. */
export class NoHandlerFilesError extends AcktorError {
  readonly code = 'ACKTOR_NO_HANDLER_FILES';

  constructor(readonly patterns: readonly string[]) {
    super(
      patterns.length === 0
        ? "expected handler files, got none: name them (acktor work 'dist/handlers/*.js'), or list them as files in acktor.config.js"
        : `expected handler files, got none for ${patterns.join(', ')}: paths are seen from ${process.cwd()}; has your build run?`,
    );
  }
}
