// All that the dashboard answers: the whole table, which the router, the gate, the docs and the tests are made of.
import type { Role } from '../protocol/requests.js';
import type { DashboardContext } from '../dashboard-context.js';
import type { Route } from '../http/route.js';
import type { Redaction } from '../jobs/redaction.js';
import { deadLetterRoutes } from './dead-letter-routes.js';
import { jobRoutes } from './job-routes.js';
import { liveRoutes } from './live-routes.js';
import { pageRoutes, type PageDeps } from './page-routes.js';
import { queueRoutes } from './queue-routes.js';
import { sessionRoutes, type SessionDeps } from './session-routes.js';

export interface RouteDeps extends PageDeps, Omit<SessionDeps, 'server'> {
  readonly context: DashboardContext;
  readonly redaction: Redaction;
  /** The least role that may see payloads and results. */
  readonly payloadsFor: Role;
}

export function allRoutes(deps: RouteDeps): readonly Route[] {
  const { context } = deps;
  const server = async () => (await context.open()).sources.server;
  return [
    ...sessionRoutes({ ...deps, server }),
    ...liveRoutes(context),
    ...queueRoutes(context),
    ...jobRoutes(deps),
    ...deadLetterRoutes(context),
    ...pageRoutes(deps),
  ];
}
