// A queue as a whole: its last minutes, and whether it is paused.
import type { Call, Route } from '../http/route.js';
import type { DashboardContext } from '../dashboard-context.js';
import { knownQueueOf } from './asked.js';

export function queueRoutes(context: DashboardContext): readonly Route[] {
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
