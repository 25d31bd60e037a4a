// The parts of a dashboard that its door does not show. Types come with the build, values from it.
import type * as HandlerModule from '../../packages/dashboard/dist/dashboard-handler.js';
import type * as OptionsModule from '../../packages/dashboard/dist/dashboard-options.js';
import type * as FleetModelModule from '../../packages/dashboard/dist/live/fleet-model.js';
import type * as FlowMeterModule from '../../packages/dashboard/dist/live/flow-meter.js';
import type * as HearingModule from '../../packages/dashboard/dist/live/hearing.js';
import type * as LatelyModule from '../../packages/dashboard/dist/live/lately.js';
import type * as QueueMeterModule from '../../packages/dashboard/dist/live/queue-meter.js';
import type * as QueueTallyModule from '../../packages/dashboard/dist/live/queue-counter.js';
import type * as ToldModule from '../../packages/dashboard/dist/live/told.js';
import type * as DrawChartModule from '../../packages/dashboard/dist/sources/draw-chart.js';
import type * as AddressModule from '../../packages/dashboard/dist/access/client-address.js';
import type * as SessionModule from '../../packages/dashboard/dist/access/session.js';
import type * as SealModule from '../../packages/dashboard/dist/access/session-seal.js';
import type * as SharedAnswerModule from '../../packages/dashboard/dist/http/shared-answer.js';
import type * as RedactionModule from '../../packages/dashboard/dist/jobs/redaction.js';
import type * as BrowserModule from '../../packages/dashboard/dist/cli/open-browser.js';

export type { ChartView } from '../../packages/dashboard/dist/protocol/chart-view.js';
export type { QueueSource, Sources } from '../../packages/dashboard/dist/sources/sources.js';
export type { SealDeps } from '../../packages/dashboard/dist/access/session-seal.js';
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
export const { FleetModel } = await inside<typeof FleetModelModule>('live/fleet-model.js');
export const { FlowMeter } = await inside<typeof FlowMeterModule>('live/flow-meter.js');
export const { Hearing } = await inside<typeof HearingModule>('live/hearing.js');
export const { Lately } = await inside<typeof LatelyModule>('live/lately.js');
export const { Told } = await inside<typeof ToldModule>('live/told.js');
export const { QueueMeter } = await inside<typeof QueueMeterModule>('live/queue-meter.js');
export const { QueueCounter } = await inside<typeof QueueTallyModule>('live/queue-counter.js');
export const { drawChart, drawnCharts } = await inside<typeof DrawChartModule>('sources/draw-chart.js');
export const { clientAddress } = await inside<typeof AddressModule>('access/client-address.js');
export const { permits } = await inside<typeof SessionModule>('access/session.js');
export const { SessionSeal } = await inside<typeof SealModule>('access/session-seal.js');
export const { SharedAnswer } = await inside<typeof SharedAnswerModule>('http/shared-answer.js');
export const { createRedaction } = await inside<typeof RedactionModule>('jobs/redaction.js');
export const { hasDesktop, openBrowser } = await inside<typeof BrowserModule>('cli/open-browser.js');

// A path that stands in this file is right for the source or for what it is compiled to, never for both.
function inside<Module>(path: string): Promise<Module> {
  return import(new URL(`../../../packages/dashboard/dist/${path}`, import.meta.url).href) as Promise<Module>;
}
