import { DeadLetteredError } from '@acktor/core';
import { handle, type WorkerOptions } from '@acktor/worker';
import { Worker as BullmqWorker } from 'bullmq';
import { expect } from 'chai';
import { note } from '../jobs/notes.js';
import { plainConnection, plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from '../worker/worker-trial.js';

const answering = handle(note, ({ data }) => {
  if (data.text === 'bad') throw new Error('broken');
  return { length: data.text.length };
});

/** A worker that handles so many good notes, one after another or at once, and one bad one. */
async function handled(options: Partial<WorkerOptions>, good = 3): Promise<WorkerTrial> {
  const trial = await WorkerTrial.open();
  await trial.work([answering], { consumers: 5, ...options });
  await allDone(trial, good);
  return trial;
}

async function allDone({ producer }: WorkerTrial, good: number): Promise<void> {
  const sent = await Promise.all(Array.from({ length: good }, () => producer.send(note, { text: 'good' })));
  await Promise.all(sent.map((receipt) => receipt.result()));
  await rejection((await producer.send(note, { text: 'bad' }, { attempts: 2 })).result(), DeadLetteredError);
}

describe("the counts that BullMQ's clients see", function () {
  this.timeout(30_000);

  it('are none by default', async () => {
    await using trial = await handled({});
    await using queue = trial.queue('notes');
    expect((await queue.getMetrics('completed')).meta.count).to.equal(0);
    using redis = await plainRedis();
    expect(await redis.exists(`${trial.namespace}:notes:metrics:completed`)).to.equal(0);
  });

  it('are how many jobs were acked and dead-lettered, each once, however they went', async () => {
    await using trial = await handled({ countedMinutes: 60 }, 20);
    await using queue = trial.queue('notes');
    expect((await queue.getMetrics('completed')).meta.count).to.equal(20);
    expect((await queue.getMetrics('failed')).meta.count).to.equal(1);
    expect(await queue.exportPrometheusMetrics()).to.include('bullmq_job_completed_total{queue="notes"} 20');
    // Settled entry by entry, by BullMQ's own scripts.
    await queue.add('note', { text: 'x' }, { jobId: 'of-a-parent', removeOnComplete: { count: 5 } });
    await trial.producer.receipt(note, 'of-a-parent').result();
    expect((await queue.getMetrics('completed')).meta.count).to.equal(21);
  });

  it('count a dead letter of a job whose id is no text', async () => {
    await using trial = await WorkerTrial.open();
    using redis = await plainRedis();
    const id = Buffer.from([0x61, 0xff]);
    const prefix = Buffer.from(`${trial.namespace}:notes:`);
    await redis.hset(
      Buffer.concat([prefix, id]),
      'name',
      'note',
      'data',
      '{"text":"x"}',
      'opts',
      '{}',
      'timestamp',
      '1',
    );
    await redis.lpush(`${trial.namespace}:notes:wait`, id);
    await trial.work([answering], { countedMinutes: 60 });
    await using queue = trial.queue('notes');
    while ((await queue.getFailedCount()) === 0) await new Promise(setImmediate);
    expect((await queue.getMetrics('failed')).meta.count).to.equal(1);
  });

  it('are kept by the minute, the newest first, as a BullMQ worker keeps them, and no longer', async () => {
    await using trial = await handled({ countedMinutes: 5 });
    await using queue = trial.queue('notes');
    using redis = await plainRedis();
    const counts = `${trial.namespace}:notes:metrics:completed`;
    const back = async (minutes: number) =>
      redis.hset(counts, 'prevTS', Number(await redis.hget(counts, 'prevTS')) - minutes * 60_000);
    await back(3);
    await allDone(trial, 2);
    const { data, count } = await queue.getMetrics('completed');
    // What had ended before the first of them came, and nothing in the minutes between.
    expect(data).to.deep.equal([0, 0, 3]);
    expect(count).to.equal(3);
    await back(100);
    await allDone(trial, 1);
    expect((await queue.getMetrics('completed')).data).to.deep.equal([0, 0, 0, 0, 2]);
    expect((await queue.getMetrics('completed')).meta.count).to.equal(6);
  });

  it('are added up with those of BullMQ workers on the same queue', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('notes');
    const ours = await trial.work([answering], { countedMinutes: 60 });
    await allDone(trial, 3);
    await ours.close();
    const metrics = { maxDataPoints: 60 };
    const theirs = new BullmqWorker('notes', async () => Promise.resolve(), {
      connection: plainConnection(trial.url),
      prefix: trial.namespace,
      metrics,
    });
    try {
      const ended = new Promise((resolve) => theirs.once('completed', resolve));
      await queue.add('x', {});
      await ended;
      expect((await queue.getMetrics('completed')).meta.count).to.equal(4);
    } finally {
      await theirs.close();
    }
  });

  it('cost no job when what is kept there is something else', async () => {
    await using trial = await WorkerTrial.open();
    using redis = await plainRedis();
    const key = `${trial.namespace}:notes:metrics`;
    await redis.set(`${key}:completed`, 'a text');
    await redis.hset(`${key}:failed`, 'count', 'many');
    await trial.work([answering], { countedMinutes: 60 });
    await allDone(trial, 2);
    expect(await redis.get(`${key}:completed`)).to.equal('a text');
    expect(await redis.hget(`${key}:failed`, 'count')).to.equal('many');
  });
});
