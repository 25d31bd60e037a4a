// The parts of the command and the supervisor that their door does not show, for tests of one part alone. Types come with the build, values from it.
import type * as RosterModule from '../../packages/cli/dist/supervisor/roster.js';
import type * as AskingModule from '../../packages/cli/dist/output/asking.js';
import type * as DoctorModule from '../../packages/cli/dist/commands/doctor.js';
import type * as DurationsModule from '../../packages/cli/dist/output/durations.js';
import type * as OutputErrorsModule from '../../packages/cli/dist/output/output-errors.js';
import type * as ProgressModule from '../../packages/cli/dist/output/output.js';
import type * as ProgramModule from '../../packages/cli/dist/program.js';
import type * as RatesModule from '../../packages/cli/dist/operating/rates.js';
import type * as FleetPictureModule from '../../packages/cli/dist/top/fleet-picture.js';
import type * as TopPageModule from '../../packages/cli/dist/top/top-page.js';
import type * as PrintableModule from '../../packages/cli/dist/output/printable.js';
import type * as TableModule from '../../packages/cli/dist/output/table.js';
import type * as SettingErrorsModule from '../../packages/cli/dist/settings/setting-errors.js';
import type * as WorkErrorsModule from '../../packages/cli/dist/settings/handler-files.js';
import type * as WorkOptionsModule from '../../packages/cli/dist/settings/work-options.js';

export type { Findings } from '../../packages/cli/dist/doctor/check.js';
export type Roster = RosterModule.Roster;
export type FleetPicture = FleetPictureModule.FleetPicture;

export const { RestartIntensity } = await inside<typeof RosterModule>('supervisor/roster.js');
export const { Roster } = await inside<typeof RosterModule>('supervisor/roster.js');
export const { confirm } = await inside<typeof AskingModule>('output/asking.js');
export const { checks } = await inside<typeof DoctorModule>('commands/doctor.js');
export const { duration } = await inside<typeof DurationsModule>('output/durations.js');
export const { NotConfirmedError } = await inside<typeof OutputErrorsModule>('output/output-errors.js');
export const { showProgress } = await inside<typeof ProgressModule>('output/output.js');
export const { commandPaths } = await inside<typeof ProgramModule>('program.js');
export const { ratesBetween } = await inside<typeof RatesModule>('operating/rates.js');
export const { FleetPicture } = await inside<typeof FleetPictureModule>('top/fleet-picture.js');
export const { topPage } = await inside<typeof TopPageModule>('top/top-page.js');
export const { block, firstLine, joined, line, painted, say } =
  await inside<typeof PrintableModule>('output/printable.js');
export const { table } = await inside<typeof TableModule>('output/table.js');
export const { ConfigFileError, SettingError } = await inside<typeof SettingErrorsModule>('settings/setting-errors.js');
export const { NoHandlerFilesError } = await inside<typeof WorkErrorsModule>('settings/handler-files.js');
export const { workOptions } = await inside<typeof WorkOptionsModule>('settings/work-options.js');

// A path that stands in this file is right for the source or for what it is compiled to, never for both.
function inside<Module>(path: string): Promise<Module> {
  return import(new URL(`../../../packages/cli/dist/${path}`, import.meta.url).href) as Promise<Module>;
}
