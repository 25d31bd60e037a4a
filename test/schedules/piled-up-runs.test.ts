import { connectBroker } from '@acktor/core/internal';
import { expect } from 'chai';
import { TestQueue } from '../broker/test-queue.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { brokerOptions, freshNamespace } from '../real-redis/real-redis.js';

describe('runs of a schedule that wait for an earlier one', () => {
  it('hold up no batch of requests for long, however many are due: some are left to the next', async () => {
    const namespace = freshNamespace();
    const connected = await connectBroker(brokerOptions({ namespace }));
    try {
      const trial = new TestQueue(connected.broker);
      const timetable = {
        cron: undefined,
        timeZone: undefined,
        everyMs: 100,
        startsAtMs: undefined,
        endsAtMs: undefined,
        limit: RUNS,
      };
      const run = { jobName: 'tick', payload: '{}', version: 1, priority: 0, attempts: 1, backoff: undefined };
      await connected.broker
        .schedules('trial')
        .put({ name: 'ticking', timetable, overlap: 'queue', missed: 'runOnce', ...run });
      await trial.take();
      using client = await plainRedis();
      const delayed = `${namespace}:trial:delayed`;
      while ((await client.zcard(delayed)) < RUNS - 1) {
        await trial.untilDue();
        expect(await trial.fetch()).to.equal(undefined);
      }
      for (const id of await client.zrange(delayed, '0', '-1')) await client.zadd(delayed, '0', id);
      const options = { leaseMs: 10_000, worker: 'here', wantsStatus: false };
      const { replies, status } = await trial.queue.settleAndFetch([{ fetch: trial.newToken() }], options);
      expect(replies[0]?.fetched).to.equal(undefined);
      expect(status?.ready, 'the consumer is to ask again').to.be.at.least(1);
    } finally {
      await connected.close();
    }
  });
});

/** One under way, and more that wait than are looked at in one call. */
const RUNS = 9;
