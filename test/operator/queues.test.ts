import { ClosedError, ConnectionLostError, DeadLetteredError, NameError, Operator, OptionsError } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { recording } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { call, note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { rejection } from '../server/rejection.js';
import { openOperatorTrial } from './operator-trial.js';

describe('Operator, looking at queues', function () {
  this.timeout(30_000);

  it('knows a queue from its first job, and one that a worker waits at, in order', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    expect(await operator.queueNames()).to.deep.equal([]);
    await trial.producer.send(note, { text: 'x' });
    await trial.work([recording(call, () => undefined).handler]);
    expect(await operator.queueNames()).to.deep.equal(['calls', 'notes']);
  });

  it('discovers the queues of plain BullMQ clients, and knows them from then on', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    await using queue = trial.queue('old-mails');
    await queue.add('mail', {});
    expect(await operator.queueNames()).to.deep.equal([]);
    expect(await operator.discoverQueues()).to.deep.equal(['old-mails']);
    expect(await operator.queueNames()).to.deep.equal(['old-mails']);
  });

  it('counts what waits, is delayed, is held, was acked and has died', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    await using queue = trial.queue('notes');
    const { handler, deliveries } = recording(note, (delivery) => {
      const { text } = delivery.data;
      if (text === 'hold') return untilAborted(delivery);
      if (text === 'die') throw new Error('broken');
      return { length: text.length };
    });
    await trial.work([handler], { drainMs: 0 });
    await (await trial.producer.send(note, { text: 'ack' })).result();
    await rejection((await trial.producer.send(note, { text: 'die' })).result(), DeadLetteredError);
    await trial.producer.send(note, { text: 'hold' });
    await deliveries.first(({ data }) => data.text === 'hold');
    await trial.producer.send(note, { text: 'waits' });
    await trial.producer.send(note, { text: 'waits' }, { priority: 3 });
    await trial.producer.send(note, { text: 'later' }, { delayMs: 60_000 });
    const depth = await operator.queue('notes');
    expect(depth).to.include({ queue: 'notes', isPaused: false, waiting: 2, delayed: 1 });
    expect(depth).to.include({ active: 1, acked: 1, deadLetters: 1 });
    const counts = await queue.getJobCounts('active', 'completed', 'delayed', 'failed', 'prioritized', 'wait');
    expect(counts).to.deep.equal({ active: 1, completed: 1, delayed: 1, failed: 1, prioritized: 1, wait: 1 });
  });

  it('says since when the oldest job waits, whether it is plain, urgent or starves behind urgent ones', async () => {
    for (const priorities of [
      [0, 0, 5],
      [5, 5, 9],
      [9, 9, 5],
    ]) {
      await using opened = await openOperatorTrial();
      const { operator, trial } = opened;
      using redis = await plainRedis();
      for (const [i, priority] of priorities.entries())
        await trial.producer.send(note, { text: 'x' }, { id: `job-${i}`, priority });
      const sentAt = (id: string, ms: number) => redis.hset(`${trial.namespace}:notes:${id}`, 'timestamp', ms);
      await sentAt('job-0', 1_000);
      await sentAt('job-1', 2_000);
      await sentAt('job-2', 3_000);
      expect((await operator.queue('notes')).oldestWaitingAtMs, String(priorities)).to.equal(1_000);
    }
  });

  it('says when the next delayed job is due', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    const before = Date.now();
    await trial.producer.send(note, { text: 'x' }, { delayMs: 90_000 });
    await trial.producer.send(note, { text: 'x' }, { delayMs: 60_000 });
    expect((await operator.queue('notes')).nextDueAtMs).to.be.within(before + 60_000, Date.now() + 60_000);
  });

  it('answers zeros for a queue that was never used, and makes nothing of it', async () => {
    await using opened = await openOperatorTrial();
    const { operator } = opened;
    const nothing = { waiting: 0, delayed: 0, active: 0, acked: 0, deadLetters: 0, oldestWaitingAtMs: undefined };
    expect(await operator.queue('none')).to.deep.include({ ...nothing, isPaused: false, nextDueAtMs: undefined });
    expect(await operator.queueNames()).to.deep.equal([]);
  });

  it('refuses names that cannot be, and options that it does not know', async () => {
    await using opened = await openOperatorTrial();
    const { operator } = opened;
    for (const refused of [operator.queue('a:b'), operator.pause('a\tb'), operator.jobs('', { place: 'waiting' })])
      await rejection(refused, NameError);
    await rejection(operator.jobs('notes', { place: 'waiting', limit: 1_001 }), OptionsError);
    await rejection(operator.jobs('notes', { place: 'waiting', cursor: 'abc' }), OptionsError);
    const misspelt = { namespac: 'x' } as object;
    expect((await rejection(Operator.connect(misspelt), OptionsError)).message).to.include('did you mean namespace?');
  });

  it('looks at a server that may lose jobs', async () => {
    await using server = await PrivateServer.start();
    using redis = await plainRedis(server.url);
    await redis.config('SET', 'appendonly', 'no');
    await using operator = await Operator.connect({ redis: server.url });
    expect(await operator.queues()).to.deep.equal([]);
  });

  it('closes twice, and answers nothing afterwards', async () => {
    const operator = await Operator.connect({ redis: redisUrl(), namespace: freshNamespace() });
    await operator.close();
    await operator.close();
    for (const late of [operator.queues(), operator.pause('notes'), operator.job('notes', 'a')])
      await rejection(late, ClosedError);
  });

  it('says so when the connection breaks before the answer', async () => {
    await using server = await PrivateServer.start();
    await using operator = await Operator.connect({ redis: server.url });
    server.pause();
    const asked = rejection(operator.queues(), ConnectionLostError);
    await server.kill();
    await asked;
  });
});
