// Parts of the dashboard that the package does not export. Types come with the build, values from it.
import type * as HandlerModule from '../../packages/dashboard/dist/dashboard-handler.js';
import type * as OptionsModule from '../../packages/dashboard/dist/dashboard-options.js';
import type * as FlowMeterModule from '../../packages/dashboard/dist/live/flow-meter.js';
import type * as ProcessesModule from '../../packages/dashboard/dist/live/processes.js';
import type * as QueueMeterModule from '../../packages/dashboard/dist/live/queue-meter.js';
import type * as QueueCounterModule from '../../packages/dashboard/dist/live/queue-counter.js';
import type * as UnsentChangesModule from '../../packages/dashboard/dist/live/unsent-changes.js';
import type * as ModelModule from '../../packages/dashboard/dist/protocol/fleet-model.js';
import type * as DrawChartModule from '../../packages/dashboard/dist/sources.js';
import type * as ProvenanceModule from '../../packages/dashboard/dist/access/provenance.js';
import type * as SessionModule from '../../packages/dashboard/dist/access/session.js';
import type * as DeadLetterModule from '../../packages/dashboard/dist/routes/dead-letter-routes.js';
import type * as JobViewModule from '../../packages/dashboard/dist/routes/job-view.js';
import type * as ServeModule from '../../packages/dashboard/dist/serve-dashboard.js';

export type { ChartView } from '../../packages/dashboard/dist/protocol/chart-view.js';
export type { QueueSource, Sources } from '../../packages/dashboard/dist/sources.js';
export type { SealDeps } from '../../packages/dashboard/dist/access/session.js';
export type { Route } from '../../packages/dashboard/dist/http/route.js';
export type { Trust } from '../../packages/dashboard/dist/access/gate.js';
export type { FleetFrame, FleetSnapshot, LiveEvent } from '../../packages/dashboard/dist/protocol/live.js';
export type {
  DeadLetterGroup,
  DeadLetterPage,
  DeadLetterPreview,
  ErrorView,
  JobPage,
  JobView,
  PayloadView,
  SessionView,
} from '../../packages/dashboard/dist/protocol/requests.js';

export const { createHandler } = await inside<typeof HandlerModule>('dashboard-handler.js');
export const { dashboardHandlerOptions } = await inside<typeof OptionsModule>('dashboard-options.js');
export const { FlowMeter } = await inside<typeof FlowMeterModule>('live/flow-meter.js');
export const { Freshness, ProcessEventLog } = await inside<typeof ProcessesModule>('live/processes.js');
export const { DeltaTracker, TrackedFleet } = await inside<typeof UnsentChangesModule>('live/unsent-changes.js');
export const { FleetModel, ProcessEvents, WorkerModel } = await inside<typeof ModelModule>('protocol/fleet-model.js');
export const { QueueMeter } = await inside<typeof QueueMeterModule>('live/queue-meter.js');
export const { QueueCounter } = await inside<typeof QueueCounterModule>('live/queue-counter.js');
export const { drawChart, drawnCharts } = await inside<typeof DrawChartModule>('sources.js');
export const { clientAddress } = await inside<typeof ProvenanceModule>('access/provenance.js');
export const { permits, SessionSeal } = await inside<typeof SessionModule>('access/session.js');
export const { SharedRead } = await inside<typeof DeadLetterModule>('routes/dead-letter-routes.js');
export const { createRedaction } = await inside<typeof JobViewModule>('routes/job-view.js');
export const { hasDesktop, openBrowser } = await inside<typeof ServeModule>('serve-dashboard.js');

// A path in an import statement would be right for the source or for the compiled file, but not for both.
function inside<Module>(path: string): Promise<Module> {
  return import(new URL(`../../../packages/dashboard/dist/${path}`, import.meta.url).href) as Promise<Module>;
}
