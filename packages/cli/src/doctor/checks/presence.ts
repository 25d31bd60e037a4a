// Whether a dead worker is noticed at once.
import { fail, ok, warn, type Check } from '../check.js';

export const presenceCheck: Check = {
  name: 'presence',
  judge: ({ isPresenceTold, servers }) => {
    if (isPresenceTold) return ok('a connection that ends is noticed at once');
    if (servers.some(({ facts }) => !facts.hasShardPubSub)) return warn(LATE, 'upgrade to Redis 7.0 or later');
    return fail(
      LATE,
      'allow SSUBSCRIBE and PUBSUB to the user, and connect to the server without a proxy that pools connections',
    );
  },
};

const LATE = 'a connection that ends goes unnoticed: jobs of a killed worker come back only when their leases expire';
