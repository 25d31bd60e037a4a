// The package's API: a dashboard with a server of its own, or a handler for yours.
export { Dashboard } from './dashboard.js';
export { dashboardHandler, type DashboardHandler } from './dashboard-handler.js';
export type { DashboardHandlerOptions, DashboardOptions } from './dashboard-options.js';
export type { Authorize } from './access/gate.js';
export type { FastifyPlugin } from './fastify-plugin.js';
export type { DashboardLogger } from './logger.js';
export type { Role } from './protocol/requests.js';
export { ListenError, OpenDashboardError, TrustMachineError } from './errors.js';
