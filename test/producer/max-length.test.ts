// A queue whose length its contract bounds: what a full one says to its producers.
import { BulkSendError, job, JobGoneError, QueueFullError } from '@acktor/core';
import { expect } from 'chai';
import { z } from 'zod';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { sendFamily } from '../operator/family.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from '../worker/worker-trial.js';

const data = z.object({ n: z.int() });
const bounded = job('bounded', { queue: 'notes', data, maxLength: { jobs: 3 } });
const newest = job('newest', { queue: 'notes', data, maxLength: { jobs: 3, whenFull: 'dropOldest' } });

describe('a contract with maxLength', () => {
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  it('has sends refused that find the queue full, in one call and in many', async () => {
    const sends = Array.from({ length: 5 }, (_, n) => trial.producer.send(bounded, { n }));
    const outcomes = await Promise.allSettled(sends);
    expect(outcomes.map(({ status }) => status)).to.deep.equal([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    const fault = await rejection(trial.producer.send(bounded, { n: 6 }), QueueFullError);
    expect(fault).to.include({ code: 'ACKTOR_QUEUE_FULL', queue: 'notes', most: 3, waiting: 3 });
    expect(fault.message).to.match(
      /^expected fewer than 3 jobs to wait in queue notes for job .* to be added, found 3: /,
    );
    await trial.producer.send(note, { text: 'of a contract without a bound' });
    const bulk = await rejection(trial.producer.sendBulk(bounded, [{ n: 7 }]), BulkSendError);
    expect(bulk.cause).to.be.instanceOf(QueueFullError);
  });

  it('takes sends again when workers have made room, and stores nothing of the bound with the job', async () => {
    for (let n = 0; n < 3; n += 1) await trial.producer.send(bounded, { n });
    await using queue = trial.queue('notes');
    expect((await queue.getJobs('wait'))[0]?.opts).not.to.have.property('ml');
    await trial.work([handlerOf(bounded, () => undefined)]);
    let sent = 3;
    while (sent < 50) {
      const outcome = await trial.producer.send(bounded, { n: sent }).catch((error: unknown) => error);
      if (outcome instanceof QueueFullError) continue;
      if (outcome instanceof Error) throw outcome;
      sent += 1;
    }
  });

  it('has the oldest dropped for a new one: its receipt says that it is gone', async () => {
    const receipts = [];
    for (let n = 0; n < 5; n += 1) receipts.push(await trial.producer.send(newest, { n }));
    await rejection(receipts[0]?.result({ timeoutMs: 10_000 }) ?? Promise.resolve(), JobGoneError);
    await using queue = trial.queue('notes');
    expect((await queue.getJobs('wait')).map((each) => (each.data as { n: number }).n).toReversed()).to.deep.equal([
      2, 3, 4,
    ]);
    using redis = await plainRedis();
    expect(await redis.keys(`${trial.namespace}:notes:${receipts[0]?.id}*`)).to.deep.equal([]);
  });

  it('drops the child of a flow as BullMQ removes it, and frees a key; a run of a schedule stays', async () => {
    const { producer, namespace } = trial;
    await producer.schedule('often', note, { everyMs: 60_000 }, { text: 'run' });
    await using queue = trial.queue('notes');
    await queue.promoteJobs();
    await using _ = await sendFamily({ namespace, queue: 'notes' });
    await producer.send(note, { text: 'x' }, { dedup: { key: 'k' } });
    for (let n = 0; n < 6; n += 1) await producer.send(newest, { n });
    const left = await queue.getJobs(['wait', 'delayed', 'prioritized']);
    expect(left.map(({ name }) => name).toSorted()).to.deep.equal(['newest', 'newest', 'note']);
    expect(await queue.getDeduplicationJobId('k')).to.equal(null);
    expect((await producer.send(note, { text: 'x' }, { dedup: { key: 'k' } })).isDuplicate).to.equal(false);
    expect(await queue.getJobCountByTypes('waiting-children')).to.equal(0);
  });

  it('counts for nothing where jobs are sent with an ack: an ack is not refused for it', async () => {
    const handler = handlerOf(note, (delivery) => {
      for (let n = 0; n < 5; n += 1) delivery.sendWithAck(bounded, { n });
      return { length: 1 };
    });
    await trial.work([handler], { unknown: 'leave' });
    await (await trial.producer.send(note, { text: 'x' })).result({ timeoutMs: 10_000 });
  });

  it('is refused where it cannot be', () => {
    const of = (maxLength: object) => () =>
      job('x', { queue: 'notes', data, maxLength: maxLength as { jobs: number } });
    expect(of({})).to.throw(/expected maxLength.jobs, which is required/);
    expect(of({ jobs: 0 })).to.throw(/expected maxLength.jobs to be/);
    expect(of({ jobs: 5, whenFull: 'drop' })).to.throw(/expected maxLength.whenFull to be/);
  });
});
