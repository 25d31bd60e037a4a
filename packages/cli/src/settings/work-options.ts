// The options of `acktor work`.
import type { SupervisorOptions } from '../supervisor/supervisor-options.js';
import { gatherOptions, type SettingFlags, type Surroundings } from './gathering.js';
import { dashboardSettings } from './dashboard-settings.js';
import { connectionSettings, workSettings } from './settings.js';
import { handlerFiles } from './handler-files.js';

/**
 * What to start the supervisor with. Unknown names and values out of bounds are left for its own check.
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
