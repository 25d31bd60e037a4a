import { ConnectionLostError } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import type { ConnectedBroker } from '@acktor/core/engine';
import { connectBroker, type BrokerOptions } from '@acktor/core/internal';
import { expect } from 'chai';
import { SEPARATOR } from '../differential/core-inside.js';
import { plainQueue, plainRedis } from '../real-redis/plain-bullmq.js';
import { brokerOptions, freshNamespace } from '../real-redis/real-redis.js';
import { rejection } from '../server/rejection.js';
import { Heard } from '../signals/heard.js';
import { ack, deadLetter, TestQueue, requeue, retry } from './test-queue.js';

const never = new AbortController().signal;

describe('the broker, seen from plain BullMQ', () => {
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

  it('sends jobs that a BullMQ client reads with all that was asked for them', async () => {
    await open();
    const backoff = { type: 'fixed', delayMs: 70, jitter: 0.5 } as const;
    await trial.send({ id: 'a', name: 'mail', payload: '{"to":"x"}', attempts: 7, backoff, priority: 9 });
    await trial.send({ id: 'b', delayMs: 5_000 });
    await using queue = plainQueue('trial', namespace);
    const job = await queue.getJob('a');
    expect(job).to.deep.include({ name: 'mail', data: { to: 'x' }, priority: 9 });
    expect(job?.opts).to.deep.include({ attempts: 7, backoff: { type: 'fixed', delay: 70, jitter: 0.5 } });
    expect(await queue.getJobCounts('prioritized', 'delayed')).to.deep.equal({ prioritized: 1, delayed: 1 });
  });

  it('fetches what a BullMQ client adds, with its attempts, backoff and number for an id', async () => {
    await open();
    await using queue = plainQueue('trial', namespace);
    const added = await queue.add('mail', { to: 'x' }, { attempts: 4, backoff: 250 });
    const { record } = await trial.take();
    expect(record).to.deep.include({ id: added.id, name: 'mail', payload: '{"to":"x"}', attempts: 4 });
    expect(record.backoff).to.deep.equal({ type: 'fixed', delayMs: 250, jitter: 0 });
  });

  it('leaves completed, failed and delayed jobs as BullMQ would, with stack, progress and log', async () => {
    await open();
    await trial.send({ id: 'acked' }, { id: 'dead' }, { id: 'later' });
    const acked = await trial.take();
    await trial.queue.progress({ jobId: 'acked', leaseToken: acked.leaseToken }, '{"percent":50}');
    await trial.queue.log({ jobId: 'acked', leaseToken: acked.leaseToken }, 'half way', 1_000);
    await trial.settle(acked, ack);
    await trial.settle(await trial.take(), deadLetter);
    await trial.settle(await trial.take(), retry(5_000));
    await using queue = plainQueue('trial', namespace);
    const [a, d, l] = await Promise.all(['acked', 'dead', 'later'].map((id) => queue.getJob(id)));
    expect(a).to.deep.include({ returnvalue: { ok: true }, progress: { percent: 50 } });
    expect(d).to.deep.include({ failedReason: 'it cannot be', stacktrace: ['Error: at x'], attemptsMade: 1 });
    expect(l).to.deep.include({ failedReason: 'not yet', stacktrace: ['Error: at y'], attemptsMade: 1 });
    expect((await queue.getJobLogs('acked')).logs).to.deep.equal(['half way']);
    expect(await queue.getJobCounts('completed', 'failed', 'delayed', 'active')).to.deep.equal({
      completed: 1,
      failed: 1,
      delayed: 1,
      active: 0,
    });
  });

  it('keeps the last ten stack traces of a job that fails again and again', async () => {
    await open();
    await trial.send({ id: 'a' });
    for (let n = 1; n <= 12; n += 1) {
      const failure = { reason: 'no', stack: `Error: ${n}` };
      await trial.settle(await trial.take(), { kind: 'retry', delayMs: 0, failure });
    }
    await using queue = plainQueue('trial', namespace);
    const traces = (await queue.getJob('a'))?.stacktrace ?? [];
    expect(traces).to.have.length(10);
    expect(traces.at(-1)).to.equal('Error: 12');
  });

  it('says that a job is gone when somebody removed it', async () => {
    await open();
    await trial.send({ id: 'a' });
    const job = await trial.take();
    await using queue = plainQueue('trial', namespace);
    await queue.obliterate({ force: true });
    expect(await trial.settle(job, ack)).to.equal('gone');
  });

  it('hands out a job whose options cannot be read as unreadable, to be dead-lettered', async () => {
    await open();
    await trial.send({ id: 'a' });
    using client = await plainRedis();
    await client.hset(`${namespace}:trial:a`, 'opts', '{not json');
    const fetched = await trial.fetchAny();
    expect(fetched).to.include({ kind: 'unreadable', reason: 'the options stored with the job are not JSON' });
    if (fetched) expect(await trial.settle(fetched.job, deadLetter)).to.equal('stored');
    expect(await trial.broker.ended('trial', 'a', never)).to.include({ kind: 'deadLettered' });
  });

  it('hands out a job that contains what separates the parts of an answer as unreadable, and not with parts of its own', async () => {
    await open();
    await trial.send({ id: 'a', payload: '"plain"' });
    using client = await plainRedis();
    await client.hset(`${namespace}:trial:a`, 'name', `charge${SEPARATOR}"another payload"`);
    const fetched = await trial.fetchAny();
    expect(fetched).to.include({ kind: 'unreadable', reason: 'the job contains what separates its parts' });
    expect(fetched?.job.record).to.include({ id: 'a', payload: '{}' });
    if (fetched) expect(await trial.settle(fetched.job, deadLetter)).to.equal('stored');
  });

  it('names the dead letter of a job that was removed while it waited, so that lists show it', async () => {
    await open();
    await trial.send({ id: 'a' });
    using client = await plainRedis();
    await client.del(`${namespace}:trial:a`);
    const fetched = await trial.fetchAny();
    expect(fetched).to.include({ kind: 'unreadable', reason: 'the job was removed while it waited' });
    if (fetched) expect(await trial.settle(fetched.job, deadLetter)).to.equal('stored');
    const [letter] = await connected.broker.deadLetters('trial').read(['a']);
    expect(letter).to.include({ jobName: 'removed', reason: 'it cannot be', payload: '{}' });
  });

  it('fails one bad entry of a call alone', async () => {
    await open();
    await trial.send({ id: 'a' }, { id: 'bad' }, { id: 'b' });
    const [a, bad, b] = [await trial.take(), await trial.take(), await trial.take()];
    using client = await plainRedis();
    await client.set(`${namespace}:trial:bad`, 'a text where a hash should be');
    const options = { leaseMs: 10_000, worker: 'here', wantsStatus: false };
    const requests = [a, bad, b].map((job) => ({ settle: { job, settlement: ack } }));
    const { replies } = await trial.queue.settleAndFetch(requests, options);
    expect(replies.map(({ settled }) => settled)).to.deep.equal(['stored', undefined, 'stored']);
    expect(replies[1]?.error?.message).to.contain('WRONGTYPE');
  });

  it('refuses one bad job of a send alone', async () => {
    await open();
    using client = await plainRedis();
    await client.set(`${namespace}:trial:prioritized`, 'a text where a sorted set should be');
    const [good, bad] = await trial.send({ id: 'a' }, { id: 'b', priority: 3 });
    expect(good).to.equal('accepted');
    expect(bad).to.have.property('refused').that.contains('prioritized holds a string where the queue keeps a zset');
    expect(await client.exists(`${namespace}:trial:b`), 'a record that is in no list').to.equal(0);
  });

  for (const part of ['delayed', 'marker'] as const) {
    it(`loses no job that is tried again, nor an ack beside it, where a job is named ${part}`, async () => {
      await open();
      await trial.send({ id: 'a' }, { id: 'b' }, { id: 'c' });
      const [a, b, c] = [await trial.take(), await trial.take(), await trial.take()];
      using client = await plainRedis();
      await client.del(`${namespace}:trial:${part}`);
      await client.hset(`${namespace}:trial:${part}`, { name: 'note', data: '{}', opts: '{}' });
      const options = { leaseMs: 10_000, worker: 'here', wantsStatus: false };
      const requests = [
        { settle: { job: a, settlement: ack } },
        { settle: { job: b, settlement: retry(part === 'delayed' ? 5_000 : 0) } },
        { settle: { job: c, settlement: ack } },
      ];
      const { replies } = await trial.queue.settleAndFetch(requests, options);
      expect(replies.map(({ settled }) => settled)).to.deep.equal(['stored', undefined, 'stored']);
      expect(replies[1]?.error?.message).to.include(`${part} holds a hash where the queue keeps a zset`);
      expect(await client.zcard(`${namespace}:trial:completed`)).to.equal(2);
      expect(await client.lrange(`${namespace}:trial:active`, 0, -1)).to.deep.equal(['b']);
      expect(await trial.settle(b, deadLetter)).to.equal('stored');
      expect(await client.zcard(`${namespace}:trial:failed`)).to.equal(1);
    });
  }

  it('gives back the jobs of a dead worker though a record has a count that is no number', async () => {
    await open();
    await trial.send({ id: 'a' }, { id: 'odd' }, { id: 'b' });
    for (let n = 0; n < 3; n += 1) await trial.take(trial.newToken('dead'));
    using client = await plainRedis();
    await client.hset(`${namespace}:trial:odd`, { stc: 'many', atm: '1e999', suspicions: 'some' });
    expect(await trial.releaseDead('dead')).to.have.members(['a', 'odd', 'b']);
    expect((await trial.take()).record).to.include({ id: 'a', leasesLost: 1 });
    const odd = await trial.take();
    expect(odd.record).to.include({ id: 'odd', leasesLost: 1, attemptsMade: 0 });
    expect(odd.record.poisoned).to.include('stc is no number');
  });

  it('gives back nothing, rather than half of it, where a job is named as the counter of priorities', async () => {
    await open();
    await trial.send({ id: 'a', priority: 1 }, { id: 'b' });
    for (let n = 0; n < 2; n += 1) await trial.take(trial.newToken('dead'));
    using client = await plainRedis();
    await client.del(`${namespace}:trial:pc`);
    await client.hset(`${namespace}:trial:pc`, { name: 'note', data: '{}', opts: '{}' });
    const failure = await trial.releaseOwnEnd('dead').then(
      () => 'done',
      (error: Error) => error.message,
    );
    expect(failure).to.include('pc holds a hash where the queue keeps a string');
    expect(await client.llen(`${namespace}:trial:active`)).to.equal(2);
    await client.del(`${namespace}:trial:pc`);
    expect(await trial.releaseOwnEnd('dead')).to.have.members(['a', 'b']);
  });

  for (const [fastPath, words] of [
    [true, 'counts the jobs of an ordinary send in one step'],
    [false, 'counts each job by itself where the fast path is off'],
  ] as const) {
    it(words, async () => {
      await open({ fastPath });
      using client = await plainRedis();
      // BullMQ's own part: it sets the length of the queue's events.
      await trial.send({ id: 'first' });
      await client.config('RESETSTAT');
      expect(await trial.send({ id: 'a' }, { id: 'b' })).to.deep.equal(['accepted', 'accepted']);
      expect(await client.info('commandstats')).to.include(
        fastPath ? 'cmdstat_incrby:calls=1,' : 'cmdstat_incr:calls=2,',
      );
      expect(await trial.takeAll()).to.deep.equal(['first', 'a', 'b']);
    });
  }

  it('remembers as many acked jobs as it is told, and every dead letter', async () => {
    await open({ ackedCount: 2 });
    await trial.send(...['a', 'b', 'c', 'd', 'e', 'f'].map((id) => ({ id })));
    for (const settlement of [ack, ack, ack, deadLetter, deadLetter, deadLetter]) {
      await trial.settle(await trial.take(), settlement);
    }
    await using queue = plainQueue('trial', namespace);
    expect((await queue.getCompleted()).map(({ id }) => id)).to.deep.equal(['c', 'b']);
    expect((await queue.getFailed()).map(({ id }) => id)).to.have.members(['d', 'e', 'f']);
  });

  it("keeps to a job's own retention, as BullMQ clients set it", async () => {
    await open();
    await using queue = plainQueue('trial', namespace);
    await queue.add('n', {}, { jobId: 'gone', removeOnComplete: true });
    await queue.add('n', {}, { jobId: 'kept' });
    await queue.add('n', {}, { jobId: 'dead', removeOnFail: true });
    for (const settlement of [ack, ack, deadLetter]) await trial.settle(await trial.take(), settlement);
    const jobs = await Promise.all(['gone', 'kept', 'dead'].map((id) => queue.getJob(id)));
    expect(jobs.map((job) => job?.id)).to.deep.equal([undefined, 'kept', undefined]);
  });

  it('tells of a rate limit instead of handing out jobs', async () => {
    await open();
    await trial.send({ id: 'a' });
    await using queue = plainQueue('trial', namespace);
    await queue.setGlobalRateLimit(1, 60_000);
    await trial.take();
    await trial.send({ id: 'b' });
    const { replies, status } = await trial.queue.settleAndFetch([{ fetch: 'here|9' }], {
      leaseMs: 10_000,
      worker: 'here',
      wantsStatus: false,
    });
    expect(replies[0]?.fetched).to.equal(undefined);
    expect(status?.ready).to.equal(0);
    expect(status?.limitedForMs).to.be.within(59_000, 60_000);
  });

  it('hands out nothing while a BullMQ client has paused the queue', async () => {
    await open();
    await using queue = plainQueue('trial', namespace);
    await queue.pause();
    await trial.send({ id: 'a' });
    expect(await trial.takeAll()).to.deep.equal([]);
    const sign = trial.queue.waitForWork(10_000);
    await queue.resume();
    expect(await sign).to.deep.equal({ kind: 'ready' });
    await trial.settle(await trial.take(), requeue);
    expect(await trial.takeAll()).to.deep.equal(['a']);
  });
});

describe('the broker, when its server goes away', () => {
  it('answers every call: with an error while the server is away, with what was there once it is back', async () => {
    await using server = await PrivateServer.start();
    const connected = await connectBroker(brokerOptions({ redis: server.url }));
    const states = new Heard<string>();
    const stop = connected.broker.onConnection((state) => states.push(state));
    const trial = new TestQueue(connected.broker);
    await trial.send({ id: 'a' });
    server.pause();
    const inFlight = trial.send({ id: 'b' });
    await Promise.all([rejection(inFlight, ConnectionLostError), server.kill()]);
    await rejection(trial.fetch(), ConnectionLostError);
    await server.restart();
    await states.first((state) => state === 'back');
    expect(await trial.takeAll()).to.include('a');
    expect(states.all).to.deep.equal(['away', 'back']);
    stop();
    await connected.close();
    expect(states.all).to.deep.equal(['away', 'back']);
  });

  it('can be closed while its server is away', async () => {
    await using server = await PrivateServer.start();
    const connected = await connectBroker(brokerOptions({ redis: server.url }));
    const { queue } = new TestQueue(connected.broker);
    await queue.waitForWork(2);
    const wait = queue.waitForWork(60_000).catch(() => 'ended');
    await server.kill();
    await connected.close();
    await wait;
  });
});
