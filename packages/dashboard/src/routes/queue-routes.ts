// A queue as a whole: its last minutes, and whether it is paused.
import type { Call, Route } from '../http/route.js';
import type { House } from '../house.js';
import { knownQueueOf } from './asked.js';

export function queueRoutes(house: House): readonly Route[] {
  const set = (word: 'pause' | 'resume') => async (call: Call) => {
    const queue = await knownQueueOf(house, call);
    const { sources } = await house.open();
    await sources.queues[word](queue);
    return { body: { ok: true } };
  };
  return [
    {
      method: 'GET',
      path: '/api/queues/:queue/history',
      needs: 'viewer',
      handle: async (call) => {
        const queue = await knownQueueOf(house, call);
        return { body: (await house.open()).hub.history(queue) };
      },
    },
    { method: 'POST', path: '/api/queues/:queue/pause', needs: 'operator', handle: set('pause') },
    { method: 'POST', path: '/api/queues/:queue/resume', needs: 'operator', handle: set('resume') },
  ];
}
