// The files that names and globs stand for.
import { existsSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { glob, isDynamicPattern } from 'tinyglobby';
import { AcktorError } from '@acktor/core';

/**
 * Absolute paths, each once and in the order of the patterns. Type declarations and node_modules are left out of globs.
 * @throws NoHandlerFilesError when a name, or a glob, stands for no file.
 */
export async function handlerFiles(patterns: readonly string[], folder: string): Promise<readonly string[]> {
  if (patterns.length === 0) throw new NoHandlerFilesError([]);
  const found = await Promise.all(patterns.map((pattern) => filesOf(pattern, folder)));
  const missing = patterns.filter((_, i) => found[i]?.length === 0);
  if (missing.length > 0) throw new NoHandlerFilesError(missing);
  return [...new Set(found.flat())];
}

/** A name that exists is that file, whatever it looks like. */
async function filesOf(pattern: string, folder: string): Promise<readonly string[]> {
  const file = resolve(folder, pattern);
  if (existsSync(file)) return [file];
  if (!isDynamicPattern(pattern)) return [];
  const { base, rest } = split(file);
  const found = await glob(rest, { cwd: base, absolute: true, ignore: LEFT_OUT });
  return found.sort();
}

/** tinyglobby 0.2 finds nothing when the glob and the folder it is seen from meet at the root: so it is seen from its own. */
function split(pattern: string): { readonly base: string; readonly rest: string } {
  const parts = pattern.split(sep);
  const first = parts.findIndex((part) => isDynamicPattern(part));
  return { base: parts.slice(0, first).join(sep) || sep, rest: parts.slice(first).join('/') };
}

const LEFT_OUT = ['**/node_modules/**', '**/*.d.{ts,mts,cts}', '**/*.map'];

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
