// What is kept of processes that died: noted by whoever gives their jobs back.
import type { ReapRules } from '@acktor/core/engine';
import { connectBroker, connectLiveness, RedisAddress } from '@acktor/core/internal';
import { Operator } from '@acktor/core';
import { expect } from 'chai';
import { TestQueue } from '../broker/test-queue.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { brokerOptions, freshNamespace, redisUrl } from '../real-redis/real-redis.js';

const lease = { worker: 'host-1-gone', leaseMs: 60_000 };

describe('the deaths of processes that held jobs', function () {
  this.timeout(60_000);

  it('are kept once for each process, with when and how many jobs, whichever queues it served', async () => {
    const namespace = freshNamespace();
    const connected = await connectBroker(brokerOptions({ namespace }));
    await using operator = await Operator.connect({ redis: redisUrl(), namespace });
    for (const [queue, ids] of Object.entries({ notes: ['a', 'b'], calls: ['c'] })) {
      const trial = new TestQueue(connected.broker, queue);
      for (const id of ids) await trial.send({ id });
      for (const id of ids) await trial.take(`host-1-gone|${id}`, lease);
    }
    expect(await operator.deaths()).to.deep.equal([]);
    const beforeMs = Date.now();
    for (const queue of ['notes', 'calls', 'notes'])
      await connected.broker.releaseDead(queue, { process: 'host-1-gone', deliveryLimit: 20 });
    const deaths = await operator.deaths();
    expect(deaths.map(({ workerId, held, queues }) => ({ workerId, held, queues }))).to.deep.equal([
      { workerId: 'host-1-gone', held: 3, queues: ['calls', 'notes'] },
    ]);
    expect(deaths[0]?.atMs).to.be.within(beforeMs - 1_000, Date.now() + 1_000);
    await connected.close();
  });

  it('are noted by the reaper, and no end of a lease is', async () => {
    const namespace = freshNamespace();
    const connected = await connectBroker(brokerOptions({ namespace }));
    await using operator = await Operator.connect({ redis: redisUrl(), namespace });
    const place = { address: RedisAddress.parse(redisUrl()), namespace, process: 'here', queues: ['notes'] };
    const liveness = await connectLiveness({ ...place, connectTimeoutMs: 5_000, holdOffMs: 0 });
    await liveness.appear(() => undefined);
    const trial = new TestQueue(connected.broker, 'notes');
    for (const id of ['a', 'b', 'late']) await trial.send({ id });
    for (const id of ['a', 'b']) await trial.take(`host-1-gone|${id}`, lease);
    await trial.take('host-2-slow|late', { worker: 'host-2-slow', leaseMs: 1 });
    using redis = await plainRedis();
    while ((await redis.exists(`${namespace}:notes:late:lock`)) > 0);
    const rules: ReapRules = {
      deliveryLimit: 20,
      intervalMs: 1,
      graceMs: 0,
      holdOffMs: 0,
      longestGapMs: 60_000,
      usesPresence: true,
    };
    const returned: string[] = [];
    while (returned.length < 3) returned.push(...(await liveness.reap(rules)).returnedJobIds);
    const deaths = await operator.deaths();
    expect(deaths.map(({ workerId, held }) => ({ workerId, held }))).to.deep.equal([
      { workerId: 'host-1-gone', held: 2 },
    ]);
    await liveness.close();
    await connected.close();
  });

  it('are a hundred for each queue at most, and gone after a day', async () => {
    const namespace = freshNamespace();
    const connected = await connectBroker(brokerOptions({ namespace }));
    const trial = new TestQueue(connected.broker, 'notes');
    for (let n = 1; n <= 102; n += 1) {
      await trial.send({ id: `job-${n}` });
      await trial.take(`host-${n}-gone|1`, { worker: `host-${n}-gone`, leaseMs: 60_000 });
      await connected.broker.releaseDead('notes', { process: `host-${n}-gone`, deliveryLimit: 200 });
    }
    using redis = await plainRedis();
    const key = `${namespace}:notes:acktor:deaths`;
    expect(await redis.llen(key)).to.equal(100);
    expect(await redis.lindex(key, 0)).to.contain('host-102-gone');
    expect(await redis.pttl(key)).to.be.within(1, 86_400_000);
    await connected.close();
  });
});
