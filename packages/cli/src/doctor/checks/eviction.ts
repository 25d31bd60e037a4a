// Whether the server deletes jobs when its memory runs short.
import { findDurabilityFaults } from '@acktor/core/internal';
import { fail, ofEachServer, ok, warn, type Check } from '../check.js';

export const evictionCheck: Check = {
  name: 'eviction',
  judge: ofEachServer(({ facts: { persistence }, memory: { evictedKeys } }) => {
    const fault = findDurabilityFaults(persistence).find(({ setting }) => setting === 'maxmemory-policy');
    const evicted =
      evictedKeys > 0 ? `; ${evictedKeys.toLocaleString('en')} keys were evicted since the server started` : '';
    if (fault) return fail(`maxmemory-policy is ${fault.actual}: ${fault.consequence}${evicted}`, fault.remedy);
    if (evictedKeys > 0)
      return warn(`maxmemory-policy is noeviction now${evicted}`, 'compare what was sent with what was handled');
    return ok(`maxmemory-policy ${persistence.evictionPolicy === undefined ? 'is not told' : 'is noeviction'}`);
  }),
};
