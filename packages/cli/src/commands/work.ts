// `acktor work`: runs a supervisor on handler files until it is stopped. Its options, and the files that names and globs stand for.
import { existsSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { Command } from 'commander';
import { glob, isDynamicPattern } from 'tinyglobby';
import { NoHandlerFilesError } from '../errors.js';
import { dashboardSettings } from '../settings/dashboard-settings.js';
import { gatherOptions, type SettingFlags, type Surroundings } from '../settings/gathering.js';
import { addSettings, connectionSettings, workSettings } from '../settings/settings.js';
import { Supervisor } from '../supervisor/supervisor.js';
import type { SupervisorOptions } from '../supervisor/supervisor-options.js';

/** The command, ready to be added to a program. */
export function workCommand(): Command {
  const command = new Command('work')
    .summary('run workers on handler files')
    .description('Runs worker processes with all handlers that the files export, and replaces those that end.')
    .argument(
      '[files...]',
      'handler files as your build wrote them, or globs (quote them); or files of the configuration',
    )
    .helpOption('-h, --help', 'explain this command');
  return addSettings(command, workSettings)
    .addHelpText('after', EXPLANATION)
    .action((files: readonly string[], flags: SettingFlags) => work(files, flags));
}

async function work(files: readonly string[], flags: SettingFlags): Promise<void> {
  const options = await workOptions(files, flags, { folder: process.cwd(), environment: process.env });
  const supervisor = await Supervisor.start({ handleSignals: true, ...options });
  const failure = await supervisor.stopped();
  if (failure) throw failure;
}

/**
 * Returns what to start the supervisor with, which checks for unknown names and values out of bounds.
 * @throws SettingError, ConfigFileError, NoHandlerFilesError
 */
export async function workOptions(
  files: readonly string[],
  flags: SettingFlags,
  surroundings: Surroundings,
): Promise<SupervisorOptions> {
  const options = await gatherOptions(workSettings, flags, surroundings);
  const patterns = files.length > 0 ? files : textsIn(options['files']);
  const own = Object.fromEntries(Object.entries(options).filter(([name]) => !FOR_DASHBOARDS.has(name)));
  return { ...own, files: await handlerFiles(patterns, surroundings.folder) };
}

/** A configuration file may be shared with `acktor dashboard`. */
const FOR_DASHBOARDS: ReadonlySet<string> = new Set(
  dashboardSettings
    .map(({ option }) => option)
    .filter((option) => !connectionSettings.some((own) => own.option === option)),
);

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/**
 * Returns absolute paths, each once and in the order of the patterns. Globs leave out type declarations and node_modules.
 * @throws NoHandlerFilesError when a name, or a glob, stands for no file.
 */
async function handlerFiles(patterns: readonly string[], folder: string): Promise<readonly string[]> {
  if (patterns.length === 0) throw new NoHandlerFilesError([]);
  const found = await Promise.all(patterns.map((pattern) => filesOf(pattern, folder)));
  const missing = patterns.filter((_, i) => found[i]?.length === 0);
  if (missing.length > 0) throw new NoHandlerFilesError(missing);
  return [...new Set(found.flat())];
}

/** A name that exists is that file, even if it looks like a glob. */
async function filesOf(pattern: string, folder: string): Promise<readonly string[]> {
  const file = resolve(folder, pattern);
  if (existsSync(file)) return [file];
  if (!isDynamicPattern(pattern)) return [];
  const { base, rest } = split(file);
  const found = await glob(rest, { cwd: base, absolute: true, ignore: LEFT_OUT });
  return found.sort();
}

/** tinyglobby 0.2 finds nothing when the glob and its `cwd` meet at the root, so each glob gets the folder that it begins with. */
function split(pattern: string): { readonly base: string; readonly rest: string } {
  const parts = pattern.split(sep);
  const first = parts.findIndex((part) => isDynamicPattern(part));
  return { base: parts.slice(0, first).join(sep) || sep, rest: parts.slice(first).join('/') };
}

const LEFT_OUT = ['**/node_modules/**', '**/*.d.{ts,mts,cts}', '**/*.map'];

const EXPLANATION = `
Where a setting comes from: a flag, else the variable in [brackets], else the configuration file, else the default.
The file holds the same settings by their names in camel case, and every other option of docs/options.md:
  // acktor.config.js
  export default { files: ['dist/handlers/*.js'], consumers: { payments: 4 }, leaseMs: 30_000 };

Signals:
  SIGTERM, SIGINT  finish what is held, then exit with 0; a second one ends at once and gives the jobs back
  SIGHUP           replace the workers one by one, for new code; each new one runs before an old one stops
  SIGUSR2          print what every consumer does

Exit codes: 0 after a clean stop, 1 after a failure, as of handlers that do not load, 2 for settings that are wrong or files that are
missing, 4 when no server answers.

Examples:
  acktor work dist/charge-card.js                           one process for each core, one consumer in each
  acktor work 'dist/handlers/*.js' -p 4 -c 25               4 processes with 25 consumers for each queue
  acktor work dist/*.js -c payments=4 -c mails=50           by queue; a queue that is not named gets one
  acktor work dist/*.js -q payments -r redis://db:6379      one queue only, on a server of yours
  kill -HUP 4711                                            take up new code; the log's first line names the process`;
