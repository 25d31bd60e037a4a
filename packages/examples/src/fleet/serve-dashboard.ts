// The dashboard of an example's own server.
import { Dashboard, ListenError } from '@acktor/dashboard';

/** Serves it on the usual port or, when another dashboard has that, on a free one. */
export async function serveDashboard(redis: string): Promise<Dashboard> {
  try {
    return await Dashboard.start({ redis });
  } catch (error) {
    if (error instanceof ListenError) return Dashboard.start({ redis, port: 0 });
    throw error;
  }
}
