// The live stream.
import type { Route } from '../http/route.js';
import type { DashboardContext } from '../dashboard-context.js';

export function liveRoutes(context: DashboardContext): readonly Route[] {
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
