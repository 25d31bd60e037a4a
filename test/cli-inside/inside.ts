// The parts of the command and the supervisor that their door does not show, for tests of one part alone. Types come with the build, values from it.
import type * as RosterModule from '../../packages/cli/dist/supervisor/roster.js';
import type * as AskingModule from '../../packages/cli/dist/output/asking.js';
import type * as DoctorModule from '../../packages/cli/dist/commands/doctor.js';
import type * as DurationsModule from '../../packages/cli/dist/output/durations.js';
import type * as ErrorsModule from '../../packages/cli/dist/errors.js';
import type * as ProgressModule from '../../packages/cli/dist/output/output.js';
import type * as ProgramModule from '../../packages/cli/dist/program.js';
import type * as RatesModule from '../../packages/cli/dist/commands/queue-rates.js';
import type * as FleetPictureModule from '../../packages/cli/dist/top/fleet-picture.js';
import type * as TopPageModule from '../../packages/cli/dist/top/top-page.js';
import type * as PrintableModule from '../../packages/cli/dist/output/printable.js';
import type * as TableModule from '../../packages/cli/dist/output/table.js';
import type * as WorkModule from '../../packages/cli/dist/commands/work.js';

export type { Findings } from '../../packages/cli/dist/doctor/examination.js';
export type Roster = RosterModule.Roster;
export type FleetPicture = FleetPictureModule.FleetPicture;

export const { RestartIntensity } = await inside<typeof RosterModule>('supervisor/roster.js');
export const { Roster } = await inside<typeof RosterModule>('supervisor/roster.js');
export const { confirm } = await inside<typeof AskingModule>('output/asking.js');
export const { checks } = await inside<typeof DoctorModule>('commands/doctor.js');
export const { duration } = await inside<typeof DurationsModule>('output/durations.js');
export const { ConfigFileError, NoHandlerFilesError, NotConfirmedError, SettingError } =
  await inside<typeof ErrorsModule>('errors.js');
export const { showProgress } = await inside<typeof ProgressModule>('output/output.js');
export const { commandPaths, runProgram } = await inside<typeof ProgramModule>('program.js');
export const { ratesBetween } = await inside<typeof RatesModule>('commands/queue-rates.js');
export const { FleetPicture } = await inside<typeof FleetPictureModule>('top/fleet-picture.js');
export const { topPage } = await inside<typeof TopPageModule>('top/top-page.js');
export const { block, firstLine, joined, line, painted, say } =
  await inside<typeof PrintableModule>('output/printable.js');
export const { table } = await inside<typeof TableModule>('output/table.js');
export const { workOptions } = await inside<typeof WorkModule>('commands/work.js');

// A path that stands in this file is right for the source or for what it is compiled to, never for both.
function inside<Module>(path: string): Promise<Module> {
  return import(new URL(`../../../packages/cli/dist/${path}`, import.meta.url).href) as Promise<Module>;
}
