import { UnwritableCallError } from '@acktor/core';
import type { ConnectedBroker, OutgoingJob, QueuedSend } from '@acktor/core/engine';
import { connectBroker, type BrokerOptions } from '@acktor/core/internal';
import { expect } from 'chai';
import { plainQueue, plainRedis } from '../real-redis/plain-bullmq.js';
import { brokerOptions, freshNamespace } from '../real-redis/real-redis.js';
import { ack, outgoing, retry, TestQueue } from './test-queue.js';

describe('jobs that are sent with a settlement, on Redis', () => {
  let namespace: string;
  let connected: ConnectedBroker;
  let trial: TestQueue;

  const open = async (options: Partial<BrokerOptions> = {}) => {
    connected = await connectBroker(brokerOptions({ namespace, ...options }));
    trial = new TestQueue(connected.broker);
  };
  beforeEach(() => {
    namespace = freshNamespace();
  });
  afterEach(() => connected.close());

  it('lie there as those of a plain BullMQ client, with its events, and their queue is listed', async () => {
    await open();
    await using other = plainQueue('other', namespace);
    await trial.send({ id: 'a' });
    const backoff = { type: 'fixed', delayMs: 70 } as const;
    const sends = [
      to({ id: 'b', name: 'mail', payload: '{"to":"x"}', attempts: 7, backoff }),
      to({ id: 'c', delayMs: 5_000 }),
      to({ id: 'd', priority: 4 }),
    ];
    await trial.settle(await trial.take(), { ...ack, sends });
    const job = await other.getJob('b');
    expect(job).to.deep.include({ name: 'mail', data: { to: 'x' } });
    expect(job?.opts).to.deep.include({ attempts: 7, backoff: { type: 'fixed', delay: 70, jitter: 0 } });
    const counts = { waiting: 1, delayed: 1, prioritized: 1 };
    expect(await other.getJobCounts('waiting', 'delayed', 'prioritized')).to.deep.equal(counts);
    using client = await plainRedis();
    const events = await client.xrange(`${namespace}:other:events`, '-', '+');
    expect(events.map(([, [, event, , id]]) => `${event} ${id}`)).to.deep.equal([
      'added b',
      'waiting b',
      'added c',
      'delayed c',
      'added d',
      'waiting d',
    ]);
    const admin = connected.broker.admin();
    let names: readonly string[] = [];
    // It is listed in the background.
    while (!names.includes('other')) names = await admin.queueNames();
  });

  it('are not added, and nothing is settled, where a key of their queue holds another kind; others of the call are stored', async () => {
    await open();
    using client = await plainRedis();
    await client.set(`${namespace}:other:wait`, 'a text where a list should be');
    await trial.send({ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' });
    const [a, b, c] = [await trial.take(), await trial.take(), await trial.take()];
    const requests = [
      { settle: { job: a, settlement: { ...ack, sends: [to({ id: 'x', priority: 1 })] } } },
      {
        settle: { job: b, settlement: { ...ack, sends: [to({ id: 'y', priority: 1 }), to({ id: 'z' })] } },
        fetch: 'here|9',
      },
      { settle: { job: c, settlement: ack } },
    ];
    const { replies } = await trial.queue.settleAndFetch(requests, {
      leaseMs: 10_000,
      worker: 'here',
      wantsStatus: false,
    });
    expect(replies.map(({ settled }) => settled)).to.deep.equal(['stored', undefined, 'stored']);
    expect(replies[1]?.error?.message).to.include('other:wait holds a string where the queue keeps a list');
    expect(replies[1]?.fetched?.job.record.id).to.equal('d');
    expect(await client.lrange(`${namespace}:trial:active`, 0, -1)).to.have.members(['b', 'd']);
    expect(await client.zrange(`${namespace}:other:prioritized`, '0', '-1')).to.deep.equal(['x']);
    expect(await client.exists(`${namespace}:other:y`, `${namespace}:other:z`)).to.equal(0);
    await client.del(`${namespace}:other:wait`);
    expect(await trial.settle(b, { ...retry(0), sends: [to({ id: 'y' })] })).to.equal('stored');
    expect(await client.lrange(`${namespace}:other:wait`, 0, -1)).to.deep.equal(['y']);
  });

  it('are added with an ack though the server is out of memory', async () => {
    await open();
    await trial.send({ id: 'a' });
    const held = await trial.take();
    using client = await plainRedis();
    const [, before = '0'] = await client.config('GET', 'maxmemory');
    await client.config('SET', 'maxmemory', '1');
    try {
      expect(await trial.settle(held, { ...ack, sends: [to({ id: 'b' })] })).to.equal('stored');
    } finally {
      await client.config('SET', 'maxmemory', before);
    }
    expect(await client.lrange(`${namespace}:other:wait`, 0, -1)).to.deep.equal(['b']);
  });

  it('refuse their settlement alone where one is too long for the server', async () => {
    await open();
    await trial.send({ id: 'a' }, { id: 'b' });
    const [a, b] = [await trial.take(), await trial.take()];
    const odd = { ...outgoing({ id: 'x' }), payload: undefined as unknown as string };
    const requests = [
      { settle: { job: a, settlement: { ...ack, sends: [to({ id: 'w' }), { queue: 'other', job: odd }] } } },
      { settle: { job: b, settlement: { ...ack, sends: [to({ id: 'y' })] } } },
    ];
    const { replies } = await trial.queue.settleAndFetch(requests, {
      leaseMs: 10_000,
      worker: 'here',
      wantsStatus: false,
    });
    expect(replies[0]?.error).to.be.instanceOf(UnwritableCallError);
    expect(replies[1]).to.deep.include({ settled: 'stored', error: undefined });
    using client = await plainRedis();
    expect(await client.lrange(`${namespace}:other:wait`, 0, -1)).to.deep.equal(['y']);
  });
});

function to(job: Partial<OutgoingJob>): QueuedSend {
  return { queue: 'other', job: outgoing(job) };
}
