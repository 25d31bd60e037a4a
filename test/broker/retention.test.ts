// What a queue keeps of jobs that have ended: what BullMQ's clients kept is not ours to forget.
import type { ConnectedBroker } from '@acktor/core/engine';
import { connectBroker, RedisAddress, type BrokerOptions } from '@acktor/core/internal';
import { Worker } from 'bullmq';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { plainQueue, plainRedis } from '../real-redis/plain-bullmq.js';
import { brokerOptions, freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { ack, deadLetter, TestQueue } from './test-queue.js';

const HOUR_MS = 3_600_000;

for (const fastPath of [true, false]) {
  describe(`what is kept of jobs that have ended, ${fastPath ? 'by the fast path' : 'entry by entry'}`, () => {
    let namespace: string;
    let redis: Redis & Disposable;
    let connected: ConnectedBroker;
    let trial: TestQueue;
    const key = (part: string) => `${namespace}:trial:${part}`;

    const open = async (options: Partial<BrokerOptions> = {}) => {
      connected = await connectBroker(brokerOptions({ namespace, fastPath, ...options }));
      trial = new TestQueue(connected.broker);
    };
    beforeEach(async () => {
      namespace = freshNamespace();
      redis = await plainRedis();
    });
    afterEach(async () => {
      redis.disconnect();
      await connected.close();
    });

    /** Jobs that look as if they had been acked so long ago, by whichever client. */
    async function remember(ids: readonly string[], agoMs: number, { areOurs = false } = {}): Promise<void> {
      const endedAtMs = Date.now() - agoMs;
      for (let from = 0; from < ids.length; from += 1_000) {
        const some = ids.slice(from, from + 1_000);
        const pipeline = redis.pipeline();
        const opts = areOurs ? '{"ak":1}' : '{}';
        for (const id of some) pipeline.hset(key(id), { name: 'note', opts, timestamp: 1, finishedOn: endedAtMs });
        pipeline.zadd(key('completed'), ...some.flatMap((id) => [endedAtMs, id]));
        await pipeline.exec();
      }
    }

    const named = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i}`);

    /** Sends a job, and acks it. */
    async function ackOne(id: string): Promise<void> {
      await trial.send({ id });
      expect(await trial.settle(await trial.take(), ack)).to.equal('stored');
    }

    it('leaves alone what a BullMQ worker kept, however old it is and however much', async () => {
      await open();
      await using queue = plainQueue('trial', namespace);
      const connection = RedisAddress.parse(redisUrl()).clientOptions() as never;
      await queue.addBulk(named('old', 300).map((jobId) => ({ name: 'note', data: {}, opts: { jobId } })));
      const done = new Promise<void>((resolve, reject) => {
        const worker: Worker = new Worker('trial', () => Promise.resolve(1), { connection, prefix: namespace });
        worker.once('drained', () => void worker.close().then(resolve, reject));
      });
      await done;
      expect(await queue.getJobCounts('completed')).to.deep.equal({ completed: 300 });
      for (const id of named('old', 300)) await redis.zadd(key('completed'), Date.now() - 2 * HOUR_MS, id);
      await ackOne('ours');
      expect(await queue.getJobCounts('completed')).to.deep.equal({ completed: 301 });
      expect((await queue.getJob('old-0'))?.returnvalue).to.equal(1);
    });

    it("keeps a BullMQ client's job as that client says, and for good where it says nothing", async () => {
      await open();
      await using queue = plainQueue('trial', namespace);
      await remember(['before'], 2 * HOUR_MS);
      for (const [jobId, removeOnComplete] of [
        ['gone', true],
        ['kept', false],
        ['said-nothing', undefined],
        ['last', { age: 60 }],
      ] as const)
        await queue.add('note', {}, { jobId, ...(removeOnComplete !== undefined && { removeOnComplete }) });
      const acked: string[] = [];
      for (let i = 0; i < 3; i += 1) {
        const job = await trial.take();
        acked.push(job.record.id);
        await trial.settle(job, ack);
      }
      expect(acked).to.deep.equal(['gone', 'kept', 'said-nothing']);
      expect(await redis.zrange(key('completed'), '0', '-1')).to.deep.equal(['before', 'kept', 'said-nothing']);
      expect(await redis.exists(key('gone'))).to.equal(0);
      await trial.settle(await trial.take(), ack);
      expect(await redis.zrange(key('completed'), '0', '-1')).to.have.members(['kept', 'said-nothing', 'last']);
    });

    it('forgets our own a hundred at a time: never more than ten thousand are kept, and no others counted', async () => {
      await open();
      await remember(named('theirs', 50), 2 * HOUR_MS);
      await remember(named('ours', 9_999), 1_000, { areOurs: true });
      await ackOne('a');
      expect(await redis.zcard(key('completed'))).to.equal(50 + 10_000);
      const oldest = await redis.zrange(key('completed'), '50', '150');
      await redis.rpush(key(`${oldest[0]}:logs`), 'a line');
      await ackOne('b');
      expect(await redis.zcard(key('completed'))).to.equal(50 + 9_900);
      expect(await redis.exists(...oldest.map(key), key(`${oldest[0]}:logs`))).to.equal(0);
      expect(await redis.exists(key('theirs-0'), key('a'), key('b'))).to.equal(3);
    });

    it('forgets our own that are older than an hour, and no others, which one ack in sixteen looks for', async () => {
      await open();
      await remember(named('theirs', 3), 2 * HOUR_MS + 1_000);
      await remember(named('old', 250), 2 * HOUR_MS, { areOurs: true });
      await remember(named('young', 3), HOUR_MS / 2, { areOurs: true });
      for (let n = 1; n <= 16; n += 1) await ackOne(`a-${n}`);
      expect(await redis.zcard(key('completed')), 'a hundred together').to.equal(256 + 16 - 97);
      for (let n = 17; n <= 48; n += 1) await ackOne(`a-${n}`);
      expect(await redis.zrange(key('completed'), '0', '5')).to.deep.equal([
        ...named('theirs', 3),
        ...named('young', 3),
      ]);
      expect(await redis.zcard(key('completed'))).to.equal(6 + 48);
    });

    it('passes what others keep, a hundred together, however many ended in one millisecond', async () => {
      await open();
      await remember(named('theirs', 450), 2 * HOUR_MS);
      await remember(['old'], 2 * HOUR_MS - 1_000, { areOurs: true });
      for (let n = 1; n <= 96; n += 1) await ackOne(`a-${n}`);
      expect(await redis.exists(key('old'))).to.equal(0);
      expect(await redis.zcard(key('completed'))).to.equal(450 + 96);
    });

    it('leaves alone one of our own that another client has put back, or whose id is used again', async () => {
      await open();
      await remember(['retried', 'sent-again', 'failed-since', 'old'], 2 * HOUR_MS, { areOurs: true });
      await redis.zrem(key('completed'), 'retried', 'sent-again', 'failed-since');
      await redis.hdel(key('retried'), 'finishedOn');
      await redis.zadd(key('delayed'), (Date.now() + HOUR_MS) * 0x1000, 'retried');
      await redis.del(key('sent-again'));
      await trial.send({ id: 'sent-again', delayMs: HOUR_MS });
      await redis.zadd(key('failed'), Date.now(), 'failed-since');
      await ackOne('a');
      expect(await redis.exists(key('old'))).to.equal(0);
      expect(await redis.exists(key('retried'), key('failed-since'))).to.equal(2);
      expect(await redis.hexists(key('sent-again'), 'name')).to.equal(1);
    });

    it('holds a bound that was asked for to the jobs of all clients, five hundred a call', async () => {
      await open({ ackedCount: 100 });
      await remember(named('theirs', 3_000), 5_000);
      await ackOne('a');
      expect(await redis.zcard(key('completed'))).to.equal(2_501);
      for (let n = 0; n < 5; n += 1) await ackOne(`b-${n}`);
      expect(await redis.zcard(key('completed'))).to.equal(100);
      expect(await redis.keys(key('theirs-*')), 'their records are gone, too').to.have.length(94);
    });

    it('keeps acked jobs by their count alone, or by their age alone, or all', async () => {
      await open({ ackedCount: 2, ackedAgeSeconds: 'forever' });
      await remember(['very-old'], 400 * 24 * HOUR_MS);
      await ackOne('a');
      expect(await redis.zrange(key('completed'), '0', '-1')).to.deep.equal(['very-old', 'a']);
      await ackOne('b');
      expect(await redis.zrange(key('completed'), '0', '-1')).to.deep.equal(['a', 'b']);
      await connected.close();
      await open({ ackedCount: 'all', ackedAgeSeconds: 60 });
      await redis.zadd(key('completed'), Date.now() - 61_000, 'a');
      await ackOne('c');
      expect(await redis.zrange(key('completed'), '0', '-1')).to.deep.equal(['b', 'c']);
      await connected.close();
      await open({ ackedCount: 'all', ackedAgeSeconds: 'forever' });
      await redis.zadd(key('completed'), 1, 'b');
      await ackOne('d');
      expect(await redis.zrange(key('completed'), '0', '-1')).to.deep.equal(['b', 'c', 'd']);
    });

    it('keeps dead letters by count and age where that is asked for', async () => {
      await open({ deadCount: 2, deadAgeSeconds: 60 });
      const die = async (id: string) => {
        await trial.send({ id });
        await trial.settle(await trial.take(), deadLetter);
      };
      for (const id of ['a', 'b', 'c']) await die(id);
      expect(await redis.zrange(key('failed'), '0', '-1')).to.deep.equal(['b', 'c']);
      expect(await redis.exists(key('a'))).to.equal(0);
      await redis.zadd(key('failed'), Date.now() - 61_000, 'b');
      await die('d');
      expect(await redis.zrange(key('failed'), '0', '-1')).to.deep.equal(['c', 'd']);
    });
  });
}
