// Whether this is the server that may be written to, and how far its replicas are behind.
import { fail, ofEachServer, ok, warn, type Check } from '../check.js';

export const replicasCheck: Check = {
  name: 'replicas',
  judge: ofEachServer(({ replication: { isReplica, replicas, mostLagBytes } }) => {
    if (isReplica) return fail('this server is a replica: it takes no jobs', 'name the primary in REDIS_URL');
    if (replicas === 0) return ok('none: when this server is lost, so are its jobs since the last backup');
    const found = `${replicas}, at most ${mostLagBytes.toLocaleString('en')} bytes behind`;
    if (mostLagBytes < FAR_BEHIND_BYTES) return ok(found);
    return warn(
      found,
      'a failover now loses jobs: see the network between them, or send with confirm: { replicas: 1 }',
    );
  }),
};

const FAR_BEHIND_BYTES = 1_048_576;
