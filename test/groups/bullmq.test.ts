import { Operator } from '@acktor/core';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { plainWorker } from '../real-redis/plain-bullmq.js';
import { until } from '../signals/until.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { share, step } from './jobs.js';

const keyedSend = (trial: WorkerTrial, key: string, n: number) => trial.producer.send(step, { n }, { key });

describe('jobs with a key beside BullMQ', function () {
  this.timeout(60_000);

  it('have their turns passed on by an Acktor worker that handles none of them, when a BullMQ worker handles them', async () => {
    await using trial = await WorkerTrial.open();
    const seen: number[] = [];
    await using plain = plainWorker('steps', trial.namespace, ({ data }) => {
      seen.push((data as { n: number }).n);
      return Promise.resolve(null);
    });
    await plain.waitUntilReady();
    const none = await trial.work([handlerOf(step, () => undefined)], { consumers: 1 });
    const operator = await Operator.connect({ redis: trial.url, namespace: trial.namespace });
    for (let n = 0; n < 6; n += 1) await keyedSend(trial, 'a', n);
    await until('all are acked', async () => (await operator.queue('steps')).acked === 6);
    expect(none.health().held).to.equal(0);
    expect(seen).to.deep.equal(seen.toSorted((one, other) => one - other));
    await until('no key has jobs', async () => (await operator.keys('steps').list()).keys.length === 0);
    await operator.close();
  });

  it('go on when a BullMQ client removes the one that has the turn, and others that wait for it', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('steps');
    const receipts = await Promise.all([1, 2, 3, 4].map((n) => keyedSend(trial, 'a', n)));
    expect(await queue.getJobCounts('waiting')).to.deep.equal({ waiting: 1 });
    await queue.remove(receipts[0]?.id ?? '');
    await queue.remove(receipts[2]?.id ?? '');
    const seen: number[] = [];
    await trial.work([handlerOf(step, ({ data }) => void seen.push(data.n))]);
    await receipts[3]?.result();
    expect(seen).to.deep.equal([2, 4]);
  });

  it('go on when the one that has the turn is removed, and sent again under its id before that was found', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('steps');
    const first = () => trial.producer.send(step, { n: 1 }, { key: 'a', id: 'first' });
    await first();
    const second = await keyedSend(trial, 'a', 2);
    await queue.remove('first');
    const again = await first();
    expect(again.isDuplicate).to.equal(false);
    const seen: number[] = [];
    await trial.work([handlerOf(step, ({ data }) => void seen.push(data.n))]);
    await Promise.all([second, again].map((receipt) => receipt.result()));
    expect(seen).to.deep.equal([2, 1]);
  });

  it('have a turn among many passed on whose job a BullMQ client has removed', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('shares');
    await using operator = await Operator.connect({ redis: trial.url, namespace: trial.namespace });
    const receipts = await Promise.all(
      Array.from({ length: 20 }, (_, n) => trial.producer.send(share, { n }, { key: 'a' })),
    );
    await operator.pause('shares');
    await queue.remove(receipts[9]?.id ?? '');
    await trial.work([handlerOf(share, () => undefined)]);
    const state = async () => (await operator.keys('shares').list()).keys[0];
    await until('three wait for a turn', async () => (await state())?.held === 3);
    expect((await state())?.turns).to.equal(16);
  });

  it('have an ordinary record, by which a BullMQ client finds them', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('steps');
    await keyedSend(trial, 'a', 1);
    const waiting = await keyedSend(trial, 'a', 2);
    const found = await queue.getJob(waiting.id);
    expect(found?.name).to.equal('step');
    expect(found?.data).to.deep.equal({ n: 2 });
  });
});
