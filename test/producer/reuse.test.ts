// Ids that are given a second time: what became of the first job, and when its id is free again.
import { DeadLetteredError } from '@acktor/core';
import { expect } from 'chai';
import { handlerOf, recording } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from '../worker/worker-trial.js';

describe('an id that is sent again', () => {
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const again = async (id: string) => (await trial.producer.send(note, { text: 'again' }, { id })).duplicateOf;

  it('says where the job is that the queue has', async () => {
    const { producer } = trial;
    const first = await producer.send(note, { text: 'x' }, { id: 'waits' });
    expect([first.isDuplicate, first.duplicateOf]).to.deep.equal([false, undefined]);
    await producer.send(note, { text: 'x' }, { id: 'later', delayMs: 60_000 });
    expect([await again('waits'), await again('later')]).to.deep.equal(['waiting', 'delayed']);
    const { handler, deliveries } = recording(note, async (delivery) => {
      if (delivery.id === 'held') return untilAborted(delivery);
      if (delivery.data.text === 'bad') throw new Error('broken');
      return { length: 1 };
    });
    await trial.work([handler], { drainMs: 0, consumers: 2 });
    await first.result({ timeoutMs: 10_000 });
    const bad = await producer.send(note, { text: 'bad' }, { id: 'bad', attempts: 1 });
    await rejection(bad.result({ timeoutMs: 10_000 }), DeadLetteredError);
    await producer.send(note, { text: 'x' }, { id: 'held' });
    await deliveries.first(({ id }) => id === 'held');
    const places = [await again('waits'), await again('bad'), await again('held')];
    expect(places).to.deep.equal(['acked', 'deadLettered', 'active']);
  });

  it('has one place among the acked jobs, the last: its earlier job would have it forgotten too soon', async () => {
    const { producer, namespace } = trial;
    await trial.work([handlerOf(note, () => ({ length: 1 }))]);
    for (const id of ['again', 'other', 'again']) {
      const receipt = await producer.send(note, { text: 'x' }, { id, reuseId: 'whenDone' });
      await receipt.result({ timeoutMs: 10_000 });
    }
    using client = await plainRedis();
    expect(await client.zrange(`${namespace}:notes:completed`, '0', '-1')).to.deep.equal(['other', 'again']);
  });

  it('is free when its job is done, where reuseId says so: the earlier job, its result and its dead letter are gone', async () => {
    const { producer } = trial;
    const { handler, deliveries } = recording(note, ({ data }) => {
      if (data.text === 'bad') throw new Error('broken');
      return { length: data.text.length };
    });
    const send = (text: string) => producer.send(note, { text }, { id: 'nightly', reuseId: 'whenDone', attempts: 1 });
    expect((await send('one')).duplicateOf).to.equal(undefined);
    expect((await send('two')).duplicateOf).to.equal('waiting');
    await trial.work([handler]);
    const receipt = producer.receipt(note, 'nightly');
    expect(await receipt.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 3 });
    const bad = await send('bad');
    expect(bad.isDuplicate).to.equal(false);
    await rejection(bad.result({ timeoutMs: 10_000 }), DeadLetteredError);
    expect(await (await send('three')).result({ timeoutMs: 10_000 })).to.deep.equal({ length: 5 });
    expect(deliveries.all.map(({ data, fence }) => [data.text, fence])).to.deep.equal([
      ['one', 1],
      ['bad', 2],
      ['three', 3],
    ]);
    await using queue = trial.queue('notes');
    expect(await queue.getJobCounts('completed', 'failed')).to.deep.equal({ completed: 1, failed: 0 });
  });

  it('is free for one of many that are sent at once', async () => {
    await trial.work([handlerOf(note, () => ({ length: 1 }))]);
    const options = { id: 'once', reuseId: 'whenDone' } as const;
    await (await trial.producer.send(note, { text: 'x' }, options)).result({ timeoutMs: 10_000 });
    const sends = Array.from({ length: 20 }, () => trial.producer.send(note, { text: 'x' }, options));
    const receipts = await Promise.all(sends);
    expect(receipts.filter(({ isDuplicate }) => !isDuplicate)).to.have.length(1);
  });
});
