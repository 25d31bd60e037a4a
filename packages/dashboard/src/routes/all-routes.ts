// All that the dashboard answers: the whole table, which the router, the gate, the docs and the tests are made of.
import type { Role } from '../protocol/requests.js';
import type { House } from '../house.js';
import type { Route } from '../http/route.js';
import type { Redaction } from '../jobs/redaction.js';
import { deadLetterRoutes } from './dead-letter-routes.js';
import { jobRoutes } from './job-routes.js';
import { liveRoutes } from './live-routes.js';
import { pageRoutes, type PageParts } from './page-routes.js';
import { queueRoutes } from './queue-routes.js';
import { sessionRoutes, type SessionParts } from './session-routes.js';

export interface RouteParts extends PageParts, Omit<SessionParts, 'server'> {
  readonly house: House;
  readonly redaction: Redaction;
  /** The least role that may see payloads and results. */
  readonly payloadsFor: Role;
}

export function allRoutes(parts: RouteParts): readonly Route[] {
  const { house } = parts;
  const server = async () => (await house.open()).sources.server;
  return [
    ...sessionRoutes({ ...parts, server }),
    ...liveRoutes(house),
    ...queueRoutes(house),
    ...jobRoutes(parts),
    ...deadLetterRoutes(house),
    ...pageRoutes(parts),
  ];
}
