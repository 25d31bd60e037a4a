import { OptionsError, QueueNotFoundError } from '@acktor/core';
import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { handlerOf } from '../handler/handler-of.js';
import { ping } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';
import { openOperatorTrial } from './operator-trial.js';

describe('Operator.limit', function () {
  this.timeout(30_000);

  it('keeps the workers of a fleet to a concurrency, which it raises while they run', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    let [underWay, most] = [0, 0];
    const handler = handlerOf(ping, async () => {
      most = Math.max(most, (underWay += 1));
      await pause(5);
      underWay -= 1;
    });
    const sendMany = () => Promise.all(Array.from({ length: 60 }, (_, n) => trial.producer.send(ping, { n })));
    const first = await sendMany();
    await operator.limit('notes', { concurrency: 3 });
    await trial.work([handler], { consumers: 10 });
    await trial.work([handler], { consumers: 10 });
    await Promise.all(first.map((receipt) => receipt.result()));
    expect(most).to.equal(3);
    await operator.limit('notes', { concurrency: 9 });
    most = 0;
    await Promise.all((await sendMany()).map((receipt) => receipt.result()));
    expect(most).to.be.within(4, 9);
  });

  it('is the global concurrency and rate limit of BullMQ, both ways', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    await using queue = trial.queue('notes');
    await trial.producer.send(ping, { n: 1 });
    await operator.limit('notes', { concurrency: 7, rate: { max: 5, durationMs: 2_000 } });
    expect(await queue.getGlobalConcurrency()).to.equal(7);
    expect(await queue.getGlobalRateLimit()).to.deep.equal({ max: 5, duration: 2_000 });
    await queue.setGlobalConcurrency(4);
    await queue.removeGlobalRateLimit();
    expect(await operator.limits('notes')).to.deep.equal({ concurrency: 4, rate: undefined });
    await operator.limit('notes', { concurrency: 'none' });
    expect(await queue.getGlobalConcurrency()).to.equal(null);
  });

  it('refuses limits that cannot be, and queues that were never used', async () => {
    await using opened = await openOperatorTrial();
    const { operator, trial } = opened;
    await trial.producer.send(ping, { n: 1 });
    for (const limits of [{ concurrency: 0 }, { rate: { max: 0, durationMs: 5 } }, { rate: { max: 1, durationMs: 0 } }])
      await rejection(operator.limit('notes', limits), OptionsError);
    await rejection(operator.limit('nodes', { concurrency: 1 }), QueueNotFoundError);
  });
});
