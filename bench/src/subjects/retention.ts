// What is kept of finished jobs: the same on both sides, because forgetting costs the server time.
import { brokerOptionTable } from '@acktor/core/engine';

/** Acktor's defaults, in BullMQ's words. */
export const retention = {
  age: brokerOptionTable.ackedAgeSeconds.default,
  count: brokerOptionTable.ackedCount.default,
};
