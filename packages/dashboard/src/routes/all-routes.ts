// The table of all routes: router, gate, docs and tests are made of it.
import type { DashboardContext } from '../dashboard-context.js';
import type { Call, Route } from '../http/route.js';
import type { Role } from '../protocol/requests.js';
import { knownQueueOf } from './call-parameters.js';
import { deadLetterRoutes } from './dead-letter-routes.js';
import { jobRoutes } from './job-routes.js';
import type { Redaction } from './job-view.js';
import { pageRoutes, type PageDeps } from './page-routes.js';
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

function liveRoutes(context: DashboardContext): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/live',
      needs: 'viewer',
      handle: async (call) => {
        const { hub } = await context.open();
        await hub.join(call);
        return 'answered' as const;
      },
    },
  ];
}

/** A queue as a whole: its last minutes, and whether it is paused. */
function queueRoutes(context: DashboardContext): readonly Route[] {
  const set = (word: 'pause' | 'resume') => async (call: Call) => {
    const queue = await knownQueueOf(context, call);
    const { sources } = await context.open();
    await sources.queues[word](queue);
    return { body: { ok: true } };
  };
  return [
    {
      method: 'GET',
      path: '/api/queues/:queue/history',
      needs: 'viewer',
      handle: async (call) => {
        const queue = await knownQueueOf(context, call);
        return { body: (await context.open()).hub.history(queue) };
      },
    },
    { method: 'POST', path: '/api/queues/:queue/pause', needs: 'operator', handle: set('pause') },
    { method: 'POST', path: '/api/queues/:queue/resume', needs: 'operator', handle: set('resume') },
  ];
}
