import { ClusterSet } from '@acktor/chaos';
import { connectLiveness, RedisAddress } from '@acktor/core/internal';
import { expect } from 'chai';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { freshNamespace } from '../real-redis/real-redis.js';

const QUEUE = '{notes}';

describe('presence in a cluster', function () {
  this.timeout(60_000);

  it('is shown on the server that has the queue, and moves with it', async () => {
    await using set = await ClusterSet.start({ hasReplicas: false });
    const namespace = freshNamespace();
    const place = { address: RedisAddress.parse(set.url), namespace, process: 'here', queues: ['notes', 'calls'] };
    const liveness = await connectLiveness({ ...place, connectTimeoutMs: 5_000, holdOffMs: 2_000 });
    try {
      await liveness.appear(() => undefined);
      const before = await set.masterOf(QUEUE);
      using former = await plainRedis(before.server.url);
      const channel = `${namespace}:${QUEUE}:acktor:alive:here`;
      expect((await former.pubsub('SHARDNUMSUB', channel))[1]).to.equal(1);
      const other = await set.otherMaster(QUEUE);
      await set.moveSlot(QUEUE, other);
      using next = await plainRedis(other.server.url);
      while ((await next.pubsub('SHARDNUMSUB', channel))[1] === 0);
      expect((await former.pubsub('SHARDNUMSUB', channel))[1]).to.equal(0);
    } finally {
      await liveness.close();
    }
  });
});
