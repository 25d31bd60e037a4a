import { ConnectionLostError, Operator } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import { CancelledError } from '@acktor/worker';
import { expect } from 'chai';
import { handlerOf, recording } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { signal } from '../signals/signal.js';
import { openOperatorTrial } from './operator-trial.js';

describe('Operator, acting on queues', function () {
  this.timeout(30_000);

  it('pauses a queue: an idle worker fetches nothing, however much is sent, and goes on at once when it is resumed', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    const { handler, deliveries } = recording(note, () => ({ length: 0 }));
    await trial.work([handler], { consumers: 5 });
    await (await trial.producer.send(note, { text: 'before' })).result();
    await operator.pause('notes');
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const receipts = await Promise.all(ids.map((id) => trial.producer.send(note, { text: 'x' }, { id })));
    await looksInVain(`${trial.namespace}:notes:marker`);
    expect(deliveries.all).to.have.length(1);
    expect(await operator.queue('notes')).to.include({ isPaused: true, waiting: 6, active: 0 });
    const resumedAt = Date.now();
    await operator.resume('notes');
    await Promise.all(receipts.map((receipt) => receipt.result()));
    expect(Date.now() - resumedAt).to.be.below(1_000);
    expect(await operator.queue('notes')).to.include({ isPaused: false, waiting: 0 });
  });

  it('pauses a busy worker: what is held is finished, and nothing more is fetched', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    const letGo = signal();
    const { handler, deliveries } = recording(note, async () => {
      await letGo.given;
      return { length: 0 };
    });
    await trial.work([handler]);
    const held = await trial.producer.send(note, { text: 'held' });
    await deliveries.first();
    const next = await trial.producer.send(note, { text: 'next' });
    await operator.pause('notes');
    letGo.give();
    await held.result();
    expect(await operator.queue('notes')).to.include({ waiting: 1, active: 0, acked: 1 });
    await operator.resume('notes');
    await next.result();
  });

  it('pauses as BullMQ does, and undoes its pause; both may be repeated', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    await using queue = trial.queue('notes');
    await operator.pause('notes', { allowUnused: true });
    await operator.pause('notes');
    expect(await queue.isPaused()).to.equal(true);
    await operator.resume('notes');
    await operator.resume('notes');
    expect(await queue.isPaused()).to.equal(false);
    await queue.pause();
    expect(await operator.queue('notes')).to.include({ isPaused: true });
    await operator.resume('notes');
    expect(await queue.isPaused()).to.equal(false);
  });

  it('brings back what an older BullMQ keeps apart while it pauses, the oldest first', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    using client = await plainRedis();
    const name = (part: string) => `${trial.namespace}:notes:${part}`;
    const ids = Array.from({ length: 7_500 }, (_, i) => `job-${i}`);
    await client.lpush(name('paused'), ...ids);
    await client.hset(name('meta'), 'paused', 1);
    await trial.producer.send(note, { text: 'x' }, { id: 'newest' });
    await operator.resume('notes');
    expect(await client.llen(name('wait'))).to.equal(7_501);
    expect(await client.exists(name('paused'))).to.equal(0);
    expect(await client.lindex(name('wait'), -1)).to.equal('job-0');
  });

  it('runs a delayed job now, and answers false for one that is not delayed', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    await trial.work([handlerOf(note, () => ({ length: 0 }))]);
    const receipt = await trial.producer.send(note, { text: 'x' }, { id: 'a', delayMs: 3_600_000 });
    expect(await operator.runNow('notes', 'a')).to.equal(true);
    await receipt.result({ timeoutMs: 5_000 });
    expect(await operator.runNow('notes', 'a')).to.equal(false);
    expect(await operator.runNow('notes', 'unknown')).to.equal(false);
  });

  it('cancels a job by its id, with the reason that the handler is told', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    const { handler, deliveries } = recording(note, (delivery) => untilAborted(delivery));
    await trial.work([handler]);
    await trial.producer.send(note, { text: 'x' }, { id: 'a' });
    const { signal: abort } = await deliveries.first();
    const aborted = new Promise((resolve) => abort.addEventListener('abort', () => resolve(abort.reason)));
    expect(await operator.cancel('notes', 'a', { why: 'a mistake' })).to.equal('signalled');
    const reason = await aborted;
    expect(reason).to.be.instanceOf(CancelledError).and.to.include({ why: 'a mistake' });
    expect(await operator.cancel('notes', 'unknown')).to.equal('notFound');
  });
});

/** An idle worker takes the marker when it waits, looks, and waits again: a second marker is taken after the look. */
async function looksInVain(marker: string): Promise<void> {
  using redis = await plainRedis();
  for (let look = 0; look < 2; look += 1) {
    await redis.zadd(marker, 0, '0');
    while ((await redis.exists(marker)) === 1);
  }
}

describe('Operator, when the server is gone', function () {
  this.timeout(30_000);

  it('says of a reading that nothing has changed, and of an act that it may have been done', async () => {
    await using server = await PrivateServer.start();
    await using operator = await Operator.connect({ redis: server.url });
    await server.kill();
    const jobs = await rejection(operator.jobs('notes', { place: 'waiting' }), ConnectionLostError);
    expect(jobs.message).to.include('nothing has changed');
    const letters = await rejection(operator.deadLetters('notes').count(), ConnectionLostError);
    expect(letters.message).to.include('nothing has changed');
    const pause = await rejection(operator.pause('notes', { allowUnused: true }), ConnectionLostError);
    expect(pause.message).to.include('may have been done');
  });
});
