// The live stream.
import type { Route } from '../http/route.js';
import type { House } from '../house.js';

export function liveRoutes(house: House): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/live',
      needs: 'viewer',
      handle: async (call) => {
        const { hub } = await house.open();
        await hub.join(call);
        return 'answered' as const;
      },
    },
  ];
}
