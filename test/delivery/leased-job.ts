// A leased job for tests that have no queue: all that is not said is as on a first delivery.
import type { JobRecord, LeasedJob } from '@acktor/core/engine';

export function leasedJob({
  leaseToken = 'p|1',
  ...record
}: Partial<JobRecord> & { leaseToken?: string } = {}): LeasedJob {
  return { record: { ...firstDelivery, ...record }, leaseToken };
}

const firstDelivery: JobRecord = {
  id: 'job-1',
  name: 'note',
  queue: 'notes',
  payload: '{"text":"hello"}',
  version: 1,
  sentAtMs: 1_000,
  priority: 0,
  attemptsMade: 0,
  deliveries: 1,
  leasesLost: 0,
  suspicions: 0,
  attempts: undefined,
  backoff: undefined,
  poisoned: undefined,
  cancelled: undefined,
};
