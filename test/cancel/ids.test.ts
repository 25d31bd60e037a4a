// Jobs of plain BullMQ clients by their ids: whole numbers, and texts with colons.
import { JobGoneError, Operator } from '@acktor/core';
import { expect } from 'chai';
import { recording } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from '../worker/worker-trial.js';

describe('a job of a plain BullMQ client', function () {
  this.timeout(30_000);

  it('is cancelled by its number, waiting or running, and so says its receipt', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('notes');
    const waiting = await queue.add('note', { text: 'waits' });
    expect(waiting.id).to.equal('1');
    expect(await trial.producer.cancel(note, '1')).to.equal('removed');
    await rejection(trial.producer.receipt(note, '1').result({ timeoutMs: 5_000 }), JobGoneError);
    const { handler, deliveries } = recording(note, (delivery) => untilAborted(delivery));
    await trial.work([handler]);
    const running = await queue.add('note', { text: 'runs' });
    const delivery = await deliveries.first();
    expect(await trial.producer.cancel(note, String(running.id), { why: 'a number' })).to.equal('signalled');
    await rejection(trial.producer.receipt(note, String(running.id)).result(), Error);
    expect(String(delivery.signal.reason)).to.contain('a number');
  });

  it('is found with its lock, logs and scheduler beside it, which are no jobs', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('notes');
    await using operator = await Operator.connect({ redis: trial.url, namespace: trial.namespace });
    const scheduled = await queue.upsertJobScheduler('daily', { every: 3_600_000 }, { name: 'note', data: {} });
    const child = await queue.add('note', { text: 'x' }, { jobId: 'a:b:c' }).catch(() => undefined);
    await queue.add('note', { text: 'x' }, { jobId: 'plain' });
    using redis = await plainRedis(trial.url);
    await redis.set(`${trial.namespace}:notes:plain:lock`, 'somebody', 'PX', 60_000);
    const there = [String(scheduled.id), 'plain', ...(child?.id ? [child.id] : [])];
    const absent = ['repeat:daily', 'plain:lock', 'meta', 'repeat', 'acktor:suspects', 'marker', 'unknown'];
    for (const id of there) expect((await operator.job('notes', id))?.id, id).to.equal(id);
    for (const id of absent) {
      expect(await operator.job('notes', id), id).to.equal(undefined);
      expect(await operator.cancel('notes', id), id).to.equal('notFound');
      expect(await operator.runNow('notes', id), id).to.equal(false);
      expect(await operator.deadLetters('notes').get(id), id).to.equal(undefined);
      expect(await operator.deadLetters('notes').purge(id), id).to.equal(false);
      await rejection(trial.producer.receipt(note, id).result({ timeoutMs: 5_000 }), JobGoneError);
    }
    expect(await operator.cancel('notes', String(scheduled.id))).to.equal('signalled');
    expect(await queue.getJobScheduler('daily')).to.include({ name: 'note' });
  });
});
