// The parts of a worker that its door does not show, for tests of one part alone. Types come with the build, values from it.
import type * as ChannelLogicModule from '../../packages/worker/dist/channel/channel-logic.js';
import type * as ChannelModule from '../../packages/worker/dist/channel/channel.js';
import type * as SeatsModule from '../../packages/worker/dist/channel/seats.js';
import type * as RunnerModule from '../../packages/worker/dist/delivery/runner.js';
import type * as ClockModule from '../../packages/worker/dist/channel/clock.js';
import type * as CrewModule from '../../packages/worker/dist/worker/crew.js';
import type * as CompiledMachineModule from '../../packages/worker/dist/consumer/compiled-machine.js';
import type * as QuarantineModule from '../../packages/worker/dist/delivery/quarantine.js';
import type * as EndLogModule from '../../packages/worker/dist/delivery/end-log.js';
import type * as BeatModule from '../../packages/worker/dist/heartbeat/beat.js';
import type * as SignModule from '../../packages/worker/dist/heartbeat/sign-of-life.js';
import type * as RestartIntensityModule from '../../packages/worker/dist/supervisor/restart-intensity.js';
import type * as RosterModule from '../../packages/worker/dist/supervisor/roster.js';
import type * as AskingModule from '../../packages/worker/dist/cli/output/asking.js';
import type * as ChecksModule from '../../packages/worker/dist/cli/doctor/checks.js';
import type * as DurationsModule from '../../packages/worker/dist/cli/output/durations.js';
import type * as OutputErrorsModule from '../../packages/worker/dist/cli/output/output-errors.js';
import type * as ProgressModule from '../../packages/worker/dist/cli/output/progress.js';
import type * as ProgramModule from '../../packages/worker/dist/cli/program.js';
import type * as RatesModule from '../../packages/worker/dist/cli/rates/rates.js';
import type * as FleetPictureModule from '../../packages/worker/dist/cli/top/fleet-picture.js';
import type * as TopPageModule from '../../packages/worker/dist/cli/top/top-page.js';
import type * as ForeignTextModule from '../../packages/worker/dist/foreign-text/foreign-text.js';
import type * as TableModule from '../../packages/worker/dist/table/table.js';
import type * as SettingErrorsModule from '../../packages/worker/dist/cli/settings/setting-errors.js';
import type * as WorkErrorsModule from '../../packages/worker/dist/cli/work/work-errors.js';
import type * as WorkOptionsModule from '../../packages/worker/dist/cli/work/work-options.js';
import type * as ScopeModule from '../../packages/worker/dist/handler/handler-scope.js';
import type * as CheckModule from '../../packages/worker/dist/handler/check-parameters.js';
import type * as RegistryModule from '../../packages/worker/dist/handler/handler-registry.js';

export type { Findings } from '../../packages/worker/dist/cli/doctor/check.js';
export type { ChannelParts } from '../../packages/worker/dist/channel/channel.js';
export type { Clock } from '../../packages/worker/dist/channel/clock.js';
export type {
  ChannelMessage,
  ConsumerEvent,
  ConsumerRef,
  RunnerOrder,
} from '../../packages/worker/dist/consumer/consumer-protocol.js';
export type { CrewParts } from '../../packages/worker/dist/worker/crew.js';
export type { RunnerParts } from '../../packages/worker/dist/delivery/runner.js';

export type { HeartbeatReport } from '../../packages/worker/dist/heartbeat/heartbeat-protocol.js';
export const { EndLog } = await inside<typeof EndLogModule>('delivery/end-log.js');
export const { beat } = await inside<typeof BeatModule>('heartbeat/beat.js');
export const { newSign } = await inside<typeof SignModule>('heartbeat/sign-of-life.js');
export const { Channel } = await inside<typeof ChannelModule>('channel/channel.js');
export const { channelLogic } = await inside<typeof ChannelLogicModule>('channel/channel-logic.js');
export const { Seats } = await inside<typeof SeatsModule>('channel/seats.js');
export const { systemClock } = await inside<typeof ClockModule>('channel/clock.js');
export const { Crew } = await inside<typeof CrewModule>('worker/crew.js');
export const { runnerLogic } = await inside<typeof RunnerModule>('delivery/runner.js');
export const { compiledMachine } = await inside<typeof CompiledMachineModule>('consumer/compiled-machine.js');
export const { Quarantine } = await inside<typeof QuarantineModule>('delivery/quarantine.js');
export const { disposeGlobally, HandlerScopes } = await inside<typeof ScopeModule>('handler/handler-scope.js');
export type HandlerScopes = ScopeModule.HandlerScopes;
export const { checkParameters } = await inside<typeof CheckModule>('handler/check-parameters.js');
export const { handlersByQueue } = await inside<typeof RegistryModule>('handler/handler-registry.js');
export const { RestartIntensity } = await inside<typeof RestartIntensityModule>('supervisor/restart-intensity.js');
export const { Roster } = await inside<typeof RosterModule>('supervisor/roster.js');
export const { workOptions } = await inside<typeof WorkOptionsModule>('cli/work/work-options.js');
export const { commandPaths } = await inside<typeof ProgramModule>('cli/program.js');
export const { checks } = await inside<typeof ChecksModule>('cli/doctor/checks.js');
export const { confirm } = await inside<typeof AskingModule>('cli/output/asking.js');
export const { showProgress } = await inside<typeof ProgressModule>('cli/output/progress.js');
export const { NotConfirmedError } = await inside<typeof OutputErrorsModule>('cli/output/output-errors.js');
export const { duration } = await inside<typeof DurationsModule>('cli/output/durations.js');
export const { ratesBetween } = await inside<typeof RatesModule>('cli/rates/rates.js');
export const { FleetPicture } = await inside<typeof FleetPictureModule>('cli/top/fleet-picture.js');
export type FleetPicture = FleetPictureModule.FleetPicture;
export const { topPage } = await inside<typeof TopPageModule>('cli/top/top-page.js');
export const { block, firstLine, joined, line, painted, say } =
  await inside<typeof ForeignTextModule>('foreign-text/foreign-text.js');
export const { table } = await inside<typeof TableModule>('table/table.js');
export const { ConfigFileError, SettingError } = await inside<typeof SettingErrorsModule>(
  'cli/settings/setting-errors.js',
);
export const { NoHandlerFilesError } = await inside<typeof WorkErrorsModule>('cli/work/work-errors.js');

export type Roster = RosterModule.Roster;
export type Quarantine = QuarantineModule.Quarantine;
export type Crew = CrewModule.Crew;
export type Channel = ChannelModule.Channel;

/** A second copy of a module, as a second installation of the package has it. */
export function insideAgain<Module>(path: string): Promise<Module> {
  return inside<Module>(`${path}?copy`);
}

// A path that stands in this file is right for the source or for what it is compiled to, never for both.
function inside<Module>(path: string): Promise<Module> {
  return import(new URL(`../../../packages/worker/dist/${path}`, import.meta.url).href) as Promise<Module>;
}
