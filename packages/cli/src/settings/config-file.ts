// The configuration file: the options of a supervisor, as JSON or as the export of a module. Other commands read where the
// queues are from it.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, extname, isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { visible } from '@acktor/core/internal';
import { closestMatch } from 'leven';
import { supervisorOptions } from '../supervisor/supervisor-options.js';
import { dashboardSettings } from './dashboard-settings.js';
import { ConfigFileError } from '../errors.js';

/** The options in a file; empty without a file. */
export interface Config {
  readonly file: string | undefined;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Reads the named file, or the first of `acktor.config.js`, `.mjs`, `.json` and `.ts` that the folder has.
 * @throws ConfigFileError naming the file and what is wrong with it.
 */
export async function readConfig(folder: string, named: string | undefined): Promise<Config> {
  const file =
    named === undefined ? NAMES.map((name) => resolve(folder, name)).find(existsSync) : resolve(folder, named);
  if (file === undefined) return { file, options: {} };
  if (!existsSync(file)) throw new ConfigFileError(file, 'but there is no such file');
  const options = optionsIn(file, extname(file) === '.json' ? await parsed(file) : await imported(file));
  requireKnown(file, options);
  return { file, options: { ...options, ...pathsFrom(file, options) } };
}

const NAMES = ['acktor.config.js', 'acktor.config.mjs', 'acktor.config.json', 'acktor.config.ts'];

async function parsed(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (cause) {
    throw new ConfigFileError(file, `but it is no JSON: ${messageOf(cause)}`, cause);
  }
}

async function imported(file: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
    return module['default'] ?? module['config'];
  } catch (cause) {
    const complaint = /\.[mc]?ts$/.test(file) ? notCompiled(file) : `but it did not load: ${messageOf(cause)}`;
    throw new ConfigFileError(file, complaint, cause);
  }
}

function optionsIn(file: string, found: unknown): Readonly<Record<string, unknown>> {
  if (typeof found === 'object' && found !== null && !Array.isArray(found)) return found as Record<string, unknown>;
  throw new ConfigFileError(file, 'but it holds no object: export one as default, or as config');
}

/** Whichever command reads it: a misspelt option would have no effect. */
function requireKnown(file: string, options: Readonly<Record<string, unknown>>): void {
  const known = configNames();
  const faults = Object.keys(options)
    .filter((name) => !known.includes(name))
    .map((name) => unknown(name, known));
  if (faults.length > 0) throw new ConfigFileError(file, `but it has ${faults.join('; ')}`);
  const { files } = options;
  if (files !== undefined && !Array.isArray(files))
    throw new ConfigFileError(
      file,
      `with files as an array of paths, such as ['dist/handlers/*.js']; got ${typeof files}`,
    );
}

function unknown(name: string, known: readonly string[]): string {
  const near = closestMatch(name, [...known], { maxDistance: MOST_EDITS });
  const advice = near === undefined ? 'docs/options.md has all that there are' : `did you mean ${near}?`;
  return `an unknown option ${visible(name)} (${advice})`;
}

const MOST_EDITS = 3;

/** Of supervisors and their workers, and of dashboards: one file serves them all. */
function configNames(): readonly string[] {
  return [...supervisorOptions.rows().map(({ name }) => name), ...dashboardSettings.map(({ option }) => option)];
}

/** Paths in the file are relative to the file, wherever the command is run. */
function pathsFrom(file: string, options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const fromFile = (path: unknown) =>
    typeof path === 'string' && !isAbsolute(path) ? resolve(dirname(file), path) : path;
  const lists = ['files', 'middleware'].flatMap((name) => {
    const paths = options[name];
    return Array.isArray(paths) ? [[name, paths.map(fromFile)] as const] : [];
  });
  return Object.fromEntries(lists);
}

function notCompiled(file: string): string {
  const compiled = file.replace(/\.([mc]?)ts$/, '.$1js');
  return (
    `but this Node (${process.version}) cannot load TypeScript: compile it, and either put ${compiled} beside it or name ` +
    'the compiled file with --config'
  );
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
