// Which server it is: sharded pub/sub, by which dead workers are noticed at once, came with Redis 7.0.
import { ofEachServer, ok, warn, type Check } from '../check.js';

export const versionCheck: Check = {
  name: 'version',
  judge: ofEachServer(({ facts: { kind, version, hasShardPubSub, hasWaitAof } }) => {
    const name = `${kind === 'valkey' ? 'Valkey' : 'Redis'} ${version}`;
    if (!hasShardPubSub)
      return warn(`${name}: no sharded pub/sub, dead workers are noticed late`, 'upgrade to Redis 7.0 or later');
    return ok(hasWaitAof ? name : `${name}; confirm: 'fsync' needs 7.2 unless appendfsync is always`);
  }),
};
