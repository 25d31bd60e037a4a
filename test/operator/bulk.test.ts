import { OptionsError, QueueNotFoundError } from '@acktor/core';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { sendFamily } from './family.js';
import { openOperatorTrial } from './operator-trial.js';

describe('Operator, changing many jobs', function () {
  this.timeout(60_000);

  it('works in bounded calls, says how far it is, and does nothing before it is asked to', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    await trial.producer.sendBulk(
      note,
      Array.from({ length: 250 }, () => ({ text: 'x' })),
      { each: () => ({ delayMs: 3_600_000 }) },
    );
    const seen: number[] = [];
    const onProgress = (done: number) => seen.push(done);
    expect(await operator.promoteAll('notes', { dryRun: true })).to.deep.equal({ matched: 250, done: 0, left: 0 });
    expect(await operator.queue('notes')).to.include({ delayed: 250, waiting: 0 });
    expect(await operator.promoteAll('notes', { onProgress })).to.deep.equal({ matched: 250, done: 250, left: 0 });
    expect(await operator.moveAll('notes', 'others', { place: 'waiting', onProgress })).to.include({ done: 250 });
    expect(await operator.queue('others')).to.include({ waiting: 250 });
    const cleared = await operator.clear('others', { place: 'waiting', onProgress });
    expect(cleared).to.deep.equal({ matched: 250, done: 250, left: 0 });
    expect(seen).to.deep.equal([100, 200, 250, 100, 200, 250, 100, 200, 250]);
    expect(await operator.queue('others')).to.include({ waiting: 0, delayed: 0, active: 0 });
  });

  it('changes no more than were counted, though others have come since', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    for (const id of ['a', 'b', 'c']) await trial.producer.send(note, { text: 'x' }, { id });
    const [one, two] = [{ matched: 1, done: 1, left: 0 } as const, { matched: 2, done: 2, left: 0 } as const];
    expect(await operator.moveAll('notes', 'others', { place: 'waiting', most: 1 })).to.deep.equal(one);
    expect(await operator.clear('notes', { place: 'waiting', most: 1 })).to.deep.equal(one);
    expect(await operator.queue('notes')).to.include({ waiting: 1 });
    for (const id of ['d', 'e', 'f']) await trial.producer.send(note, { text: 'x' }, { id, delayMs: 3_600_000 });
    expect(await operator.promoteAll('notes', { most: 2 })).to.deep.equal(two);
    expect(await operator.queue('notes')).to.include({ waiting: 3, delayed: 1 });
  });

  it('leaves no key of a job that it removed or moved', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    using redis = await plainRedis();
    const keysOf = (queue: string) => redis.keys(`${trial.namespace}:${queue}:n-*`);
    for (const [id, priority] of [
      ['n-1', 0],
      ['n-2', 5],
    ] as const)
      await trial.producer.send(note, { text: 'x' }, { id, priority });
    await operator.moveAll('notes', 'others', { place: 'waiting' });
    expect(await keysOf('notes')).to.deep.equal([]);
    expect(await keysOf('others')).to.have.length(2);
    await operator.clear('others', { place: 'waiting' });
    expect(await keysOf('others')).to.deep.equal([]);
  });

  it('removes acked jobs by their age, which a BullMQ client sees', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    const worker = await trial.work([handlerOf(note, () => ({ length: 1 }))]);
    for (const id of ['a', 'b']) await (await trial.producer.send(note, { text: 'x' }, { id })).result();
    await worker.close();
    await using queue = trial.queue('notes');
    expect(await operator.clear('notes', { place: 'acked', olderThanMs: 3_600_000 })).to.include({
      matched: 0,
      done: 0,
    });
    expect(await queue.getCompletedCount()).to.equal(2);
    expect(await operator.clear('notes', { place: 'acked' })).to.deep.equal({ matched: 2, done: 2, left: 0 });
    expect(await queue.getCompletedCount()).to.equal(0);
    expect(await queue.getJob('a')).to.equal(undefined);
  });

  it('moves a job as a BullMQ client knows it, whose worker there handles it', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    await using queue = trial.queue('notes');
    await using others = trial.queue('others');
    const sent = { jobId: 'plain', attempts: 4, backoff: { type: 'exponential', delay: 20 }, delay: 3_600_000 };
    await queue.add('note', { text: 'hello' }, sent);
    expect(await operator.moveAll('notes', 'others', { place: 'delayed' })).to.include({ done: 1 });
    expect(await queue.getJob('plain')).to.equal(undefined);
    const moved = await others.getJob('plain');
    expect(await moved?.getState()).to.equal('delayed');
    expect(moved?.data).to.deep.equal({ text: 'hello' });
    expect(moved?.opts).to.deep.include({ attempts: 4, backoff: { type: 'exponential', delay: 20 } });
    expect(moved?.delay).to.be.within(3_590_000, 3_600_000);
  });

  it('leaves the members of a flow where they are', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    await using _family = await sendFamily({ namespace: trial.namespace, queue: 'notes' });
    await operator.discoverQueues();
    expect(await operator.moveAll('notes', 'others', { place: 'waiting' })).to.deep.equal({
      matched: 1,
      done: 0,
      left: 1,
    });
    expect(await operator.queue('notes')).to.include({ waiting: 1, waitingForChildren: 1 });
  });

  it('refuses what cannot be, and queues that were never used', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    await trial.producer.send(note, { text: 'x' });
    const age = await rejection(operator.clear('notes', { place: 'waiting', olderThanMs: 5 }), OptionsError);
    expect(age.message).to.include('expected olderThanMs with acked jobs alone, got it with waiting ones');
    const same = await rejection(operator.moveAll('notes', 'notes', { place: 'waiting' }), OptionsError);
    expect(same.message).to.include('expected another queue');
    await rejection(operator.clear('notes', { place: 'active' } as never), OptionsError);
    await rejection(operator.promoteAll('ntes'), QueueNotFoundError);
    await rejection(operator.moveAll('ntes', 'others', { place: 'waiting' }), QueueNotFoundError);
    await rejection(operator.clear('ntes', { place: 'waiting' }), QueueNotFoundError);
    expect(await operator.queue('notes')).to.include({ waiting: 1 });
  });
});
