import { expect } from 'chai';
import type { Queue, RepeatOptions } from 'bullmq';
import { handlerOf, recording } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { plainRedis, plainWorker } from '../real-redis/plain-bullmq.js';
import { signal } from '../signals/signal.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { nextRunOf, runFirst, upsert } from './same-next.js';
import { until } from '../signals/until.js';

describe("BullMQ's job schedulers on Acktor's workers", function () {
  this.timeout(60_000);

  it('go on: every run of an interval until its limit, one job for each time', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('notes');
    const { handler, deliveries } = recording(note, () => ({ length: 0 }));
    await trial.work([handler], { consumers: 4 });
    await upsert(queue, 'each:tenth', { every: 100, limit: 6 });
    await deliveries.first(() => deliveries.all.length === 6);
    await ended(queue, 6);
    const times = deliveries.all.map(({ scheduledFor }) => scheduledFor?.getTime() ?? 0);
    expect(new Set(times).size).to.equal(6);
    expect(deliveries.all.map(({ id }) => id)).to.deep.equal(times.map((ms) => `repeat:each:tenth:${ms}`));
    expect(times.toSorted((one, other) => one - other)).to.deep.equal(times);
    expect(await queue.getDelayedCount()).to.equal(0);
  });

  it('go on with a pattern', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('notes');
    const { handler, deliveries } = recording(note, () => ({ length: 0 }));
    await trial.work([handler]);
    await upsert(queue, 'each-second', { pattern: '* * * * * *', limit: 3 });
    await deliveries.first(() => deliveries.all.length === 3);
    const times = deliveries.all.map(({ scheduledFor }) => scheduledFor?.getTime() ?? 0);
    expect(times.every((ms) => ms % 1_000 === 0)).to.equal(true);
    expect((times[2] ?? 0) - (times[0] ?? 0)).to.be.at.least(2_000);
  });

  const day = 86_400_000;
  const repeats: Readonly<Record<string, RepeatOptions>> = {
    'an interval': { every: day },
    'an interval with an offset': { every: day, offset: 3_000 },
    'an interval that begins later': { every: day, startDate: Math.ceil(Date.now() / day + 3) * day },
    'a pattern': { pattern: '30 2 * * *' },
    'a pattern of another time zone': { pattern: '15 30 2 * * 1-5', tz: 'America/St_Johns' },
    'a pattern that begins later': { pattern: '0 3 1 * *', startDate: '2031-05-05T00:00:00Z', tz: 'UTC' },
    'a pattern and its last run': { pattern: '0 3 * * *', limit: 1 },
    'a pattern that ends': { pattern: '0 3 * * *', tz: 'UTC', endDate: Date.now() + 1.5 * day },
    'a pattern that runs immediately': { pattern: '0 3 1 1 *', tz: 'Asia/Tokyo', immediately: true },
  };
  for (const [words, repeat] of Object.entries(repeats))
    it(`have the next run that BullMQ's worker would add: ${words}`, async () => {
      await using theirs = await WorkerTrial.open();
      await using ours = await WorkerTrial.open();
      await using theirQueue = theirs.queue('notes');
      await using ourQueue = ours.queue('notes');
      await using _worker = plainWorker('notes', theirs.namespace, () => Promise.resolve({ length: 0 }));
      await ours.work([handlerOf(note, () => ({ length: 0 }))]);
      for (const queue of [theirQueue, ourQueue]) {
        await upsert(queue, 'daily', repeat);
        await runFirst(queue);
        await ended(queue, 1);
      }
      const [expected, found] = [await nextRunOf(theirQueue, 'daily'), await nextRunOf(ourQueue, 'daily')];
      // Without an offset the times of an interval begin when it is made.
      const isFree = repeat.every !== undefined && repeat.offset === undefined && repeat.startDate === undefined;
      if (isFree || repeat.immediately) expect(withoutTimes(found)).to.deep.equal(withoutTimes(expected));
      else expect(found).to.deep.equal(expected);
    });

  it('try a run once where the template does not say more, and go on after it', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('notes');
    const { handler, deliveries } = recording(note, () => {
      throw new Error('no');
    });
    await trial.work([handler]);
    await upsert(queue, 'failing', { every: 100, limit: 3 });
    await deliveries.first(() => deliveries.all.length === 3);
    await until('so many are dead letters', async () => (await queue.getFailedCount()) === 3);
    expect(deliveries.all.map(({ attempt, attempts }) => [attempt, attempts])).to.deep.equal([
      [1, 1],
      [1, 1],
      [1, 1],
    ]);
  });

  it('go on though no handler takes their jobs', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('notes');
    await trial.work([handlerOf(note, () => ({ length: 0 }))]);
    await queue.upsertJobScheduler('unknown', { every: 100, limit: 3 }, { name: 'nobodys', data: {} });
    await until('so many are dead letters', async () => (await queue.getFailedCount()) === 3);
    const [dead] = await queue.getFailed();
    expect(dead?.failedReason).to.include('no handler for job "nobodys"');
  });

  it('go on when the worker that fetched a run died before it had added the next', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('notes');
    using client = await plainRedis();
    await upsert(queue, 'daily', { every: day });
    // What is left of a worker that died then: a run that is active, without a lease.
    const name = (part: string) => `${trial.namespace}:notes:${part}`;
    const id = await client.rpoplpush(name('wait'), name('active'));
    await client.hset(name(id), 'ats', '1');
    const { handler, deliveries } = recording(note, () => ({ length: 0 }));
    await trial.work([handler]);
    const { id: delivered, redelivered } = await deliveries.first();
    expect([delivered, redelivered]).to.deep.equal([id, true]);
    expect(await queue.getDelayedCount()).to.equal(1);
    await ended(queue, 1);
    expect((await queue.getJobScheduler('daily'))?.iterationCount).to.equal(2);
  });

  it('end when they are removed while a run is under way', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('notes');
    const letGo = signal();
    const { handler, deliveries } = recording(note, async () => {
      await letGo.given;
      return { length: 0 };
    });
    await trial.work([handler]);
    await upsert(queue, 'removed', { every: day });
    await deliveries.first();
    await queue.removeJobScheduler('removed');
    letGo.give();
    await ended(queue, 1);
    expect(await queue.getDelayedCount()).to.equal(0);
    expect(await queue.getJobSchedulersCount()).to.equal(0);
  });

  it('make a dead letter of a run whose pattern cannot be read, with the reason', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('notes');
    using client = await plainRedis();
    await upsert(queue, 'odd', { every: day });
    const [job] = await queue.getWaiting();
    await client.hset(`${trial.namespace}:notes:${job?.id}`, 'opts', '{"repeat":{"pattern":"at noon"}}');
    await trial.work([handlerOf(note, () => ({ length: 0 }))]);
    await until('so many are dead letters', async () => (await queue.getFailedCount()) === 1);
    const [dead] = await queue.getFailed();
    expect(dead?.failedReason).to.include('the next run of its schedule cannot be found');
  });

  it('wait where the next run cannot be added, and go on once it can', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('notes');
    using client = await plainRedis();
    const { handler, deliveries } = recording(note, () => ({ length: 0 }));
    await upsert(queue, 'blocked', { every: day });
    await client.del(`${trial.namespace}:notes:id`);
    await client.sadd(`${trial.namespace}:notes:id`, 'of another kind');
    await trial.work([handler]);
    await trial.log.said('the server failed one request');
    expect(deliveries.all).to.deep.equal([]);
    await client.del(`${trial.namespace}:notes:id`);
    await deliveries.first();
    expect(await queue.getDelayedCount()).to.equal(1);
  });
});

async function ended(queue: Queue, count: number): Promise<void> {
  // The server says nothing of what a job of another client becomes, so it is asked.
  await until('so many are acked', async () => (await queue.getCompletedCount()) >= count);
}

function withoutTimes(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value)
      .replaceAll(/\d{13}/g, '0')
      .replaceAll(/"offset":\d+/g, '"offset":0'),
  );
}
