// The live view of the audit, beside it.
import { Dashboard, ListenError } from '@acktor/dashboard';

/** Serves the audit's server on the usual port or, when another dashboard has that, on a free one. */
export async function watchAudit(redis: string): Promise<Dashboard> {
  try {
    return await Dashboard.start({ redis });
  } catch (error) {
    if (error instanceof ListenError) return Dashboard.start({ redis, port: 0 });
    throw error;
  }
}
