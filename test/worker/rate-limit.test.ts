// A limit of workers, which BullMQ calls their limiter: how many jobs of a queue begin in a span, whoever counts.
import { OptionsError } from '@acktor/core';
import { RedisAddress } from '@acktor/core/internal';
import { UnknownQueueError } from '@acktor/worker';
import { Worker as BullmqWorker, type Job, type QueueOptions } from 'bullmq';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { call, note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { redisUrl } from '../real-redis/real-redis.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from './worker-trial.js';

describe('a limit of workers', function () {
  this.timeout(30_000);
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const startTimes = () => {
    const startedAtMs: number[] = [];
    const handler = handlerOf(note, ({ data }) => {
      startedAtMs.push(performance.now());
      return { length: data.text.length };
    });
    return { handler, startedAtMs };
  };

  it('lets as many begin in a span as it says, over all consumers, and then waits for its end', async () => {
    const { handler, startedAtMs } = startTimes();
    const receipts = await Promise.all(Array.from({ length: 7 }, () => trial.producer.send(note, { text: 'x' })));
    await trial.work([handler], { consumers: 5, limit: { max: 3, durationMs: 400 } });
    await Promise.all(receipts.map((receipt) => receipt.result({ timeoutMs: 20_000 })));
    const [first = 0] = startedAtMs;
    expect(startedAtMs.filter((atMs) => atMs - first < 350)).to.have.length(3);
    expect(startedAtMs.filter((atMs) => atMs - first < 750)).to.have.length.at.most(6);
    expect((startedAtMs.at(-1) ?? 0) - first).to.be.above(700);
  });

  it("counts with BullMQ's workers, on the same key", async () => {
    await using queue = trial.queue('notes');
    const begun: (readonly [by: string, id: string | undefined, atMs: number])[] = [];
    const handler = handlerOf(note, ({ id }) => (begun.push(['ours', id, performance.now()]), { length: 1 }));
    await trial.work([handler], { limit: { notes: { max: 1, durationMs: 3_000 } } });
    const add = (jobId: string) => queue.add('note', { text: 'x' }, { jobId });
    const acked = (id: string) => trial.producer.receipt(note, id).result({ timeoutMs: 20_000 });
    await add('one');
    await acked('one');
    using redis = await plainRedis();
    expect(await redis.get(`${trial.namespace}:notes:limiter`)).to.equal('1');
    const connection = RedisAddress.parse(redisUrl()).clientOptions() as QueueOptions['connection'];
    const process = async ({ id }: Job) => {
      begun.push(['theirs', id, performance.now()]);
      return Promise.resolve({ length: 1 });
    };
    const limiter = { max: 1, duration: 3_000 };
    const theirs = new BullmqWorker('notes', process, { connection, prefix: trial.namespace, limiter });
    await add('two');
    await add('three');
    await Promise.all([acked('two'), acked('three')]);
    await theirs.close();
    expect(begun.map(([, id]) => id)).to.deep.equal(['one', 'two', 'three']);
    const [one = 0, two = 0, three = 0] = begun.map(([, , atMs]) => atMs);
    expect(Math.min(two - one, three - two)).to.be.above(2_500);
  });

  it('is warned of where other workers have one and this one has none', async () => {
    using redis = await plainRedis();
    await redis.set(`${trial.namespace}:notes:limiter`, 3, 'PX', 60_000);
    await trial.work([startTimes().handler, handlerOf(call, () => undefined)]);
    const { facts } = await trial.log.said(/this one does not/);
    expect(facts).to.include({ queue: 'notes' });
    const warned = trial.log.lines.all.filter(({ message }) => message.includes('this one does not'));
    expect(warned).to.have.length(1);
  });

  it('is not warned of where the queue itself has the limit, or the worker has', async () => {
    using redis = await plainRedis();
    await using queue = trial.queue('notes');
    await queue.setGlobalRateLimit(5, 60_000);
    await redis.set(`${trial.namespace}:notes:limiter`, 3, 'PX', 60_000);
    await redis.set(`${trial.namespace}:calls:limiter`, 3, 'PX', 60_000);
    const limit = { calls: { max: 9, durationMs: 60_000 } };
    await trial.work([startTimes().handler, handlerOf(call, () => undefined)], { limit });
    await (await trial.producer.send(note, { text: 'x' })).result({ timeoutMs: 10_000 });
    expect(trial.log.lines.all.filter(({ message }) => message.includes('this one does not'))).to.have.length(0);
  });

  it('is refused when it makes no sense, or names a queue that is not consumed', async () => {
    for (const limit of [{ max: 0, durationMs: 5 }, { max: 1 }, {}, { notes: { max: 1 } }, { max: 1.5, durationMs: 1 }])
      await rejection(trial.work([startTimes().handler], { limit: limit as never }), OptionsError);
    const unknown = trial.work([startTimes().handler], { limit: { noets: { max: 1, durationMs: 1 } } });
    await rejection(unknown, UnknownQueueError);
  });
});
