// Options gathered from all places: a flag goes before the environment, which goes before the configuration file.
import { Option } from 'commander';
import { readConfig } from './config-file.js';
import { SettingError } from '../errors.js';
import type { Setting } from './settings.js';

/** What was given on the command line: texts by the names of options. */
export interface SettingFlags {
  readonly config?: string;
  readonly [option: string]: string | boolean | readonly string[] | undefined;
}

/** Where the command was run. */
export interface Surroundings {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * All options of the file, with those that the environment or a flag sets in their place. Values out of bounds
 * are left to a later check.
 * @throws SettingError, ConfigFileError
 */
export async function gatherOptions(
  settings: readonly Setting[],
  flags: SettingFlags,
  { folder, environment }: Surroundings,
): Promise<Readonly<Record<string, unknown>>> {
  const { options } = await readConfig(folder, flags.config ?? environment['ACKTOR_CONFIG']);
  const inEnvironment = valuesOf(settings, (setting) => fromEnvironment(setting, environment));
  const onCommandLine = valuesOf(settings, (setting) =>
    fromFlag(setting, flags[new Option(setting.flag).attributeName()]),
  );
  return [inEnvironment, onCommandLine].reduce(over, options);
}

type Values = Readonly<Record<string, unknown>>;

/** Where `values` name the server, by `redis` or `embedded`, neither of those behind counts. */
function over(behind: Values, values: Values): Values {
  const namesServer = values['redis'] !== undefined || values['embedded'] === true;
  const others = Object.entries(behind).filter(([name]) => name !== 'redis' && name !== 'embedded');
  return { ...(namesServer ? Object.fromEntries(others) : behind), ...values };
}

function valuesOf(settings: readonly Setting[], valueOf: (setting: Setting) => unknown) {
  const values = settings.map((setting) => [setting.option, valueOf(setting)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** An empty variable was not filled in: a token that is missing would let every visitor in. */
function fromEnvironment({ variable, read }: Setting, environment: Surroundings['environment']): unknown {
  const text = environment[variable];
  if (text === undefined) return undefined;
  if (text.trim() === '') throw new SettingError(variable, 'filled in, or not set at all', text);
  return read([text], variable);
}

/** `--port` of `-p, --port <port>`. */
function nameOf(flag: string): string {
  return flag.replace(/^-\w, | <.*/g, '');
}

function fromFlag({ flag, read }: Setting, given: SettingFlags[string]): unknown {
  if (given === undefined || given === false) return undefined;
  // A flag without a value says yes by being there.
  if (given === true) return read(['yes'], nameOf(flag));
  return read(typeof given === 'string' ? [given] : given, nameOf(flag));
}
