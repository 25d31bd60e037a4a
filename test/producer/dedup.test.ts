// Sends that stand for each other by a key: what a producer says of them, and BullMQ's clients with it.
import { JobGoneError, OptionsError, type SendOptions } from '@acktor/core';
import { expect } from 'chai';
import { recording } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { call, note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from '../worker/worker-trial.js';

describe('sends with the key of another job', () => {
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const send = (text: string, dedup: SendOptions['dedup']) => trial.producer.send(note, { text }, { dedup });

  it('have the receipt of the job that stands for them, and its result', async () => {
    const first = await send('one', { key: 'user-1' });
    const second = await send('other text', { key: 'user-1' });
    expect([first.isDuplicate, first.duplicateOf]).to.deep.equal([false, undefined]);
    expect(second).to.include({ id: first.id, isDuplicate: true, duplicateOf: 'waiting' });
    expect((await send('x', { key: 'user-2' })).isDuplicate).to.equal(false);
    const { handler } = recording(note, ({ data }) => ({ length: data.text.length }));
    await trial.work([handler]);
    expect(await second.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 3 });
    expect((await send('one', { key: 'user-1' })).isDuplicate).to.equal(false);
  });

  it('are one job when they are sent at once, in one call or in several', async () => {
    const sends = Array.from({ length: 250 }, () => send('x', { key: 'k' }));
    const receipts = await Promise.all(sends);
    expect(receipts.filter(({ isDuplicate }) => !isDuplicate)).to.have.length(1);
    expect(new Set(receipts.map(({ id }) => id)).size).to.equal(1);
  });

  it('say that the job of a throttled key is forgotten', async () => {
    const first = await send('x', { key: 'k', mode: 'throttle', ttlMs: 60_000 });
    await using queue = trial.queue('notes');
    using redis = await plainRedis();
    await redis.del(`${trial.namespace}:notes:${first.id}`);
    await redis.lrem(`${trial.namespace}:notes:wait`, 1, first.id);
    const second = await send('x', { key: 'k', mode: 'throttle', ttlMs: 60_000 });
    expect(second).to.include({ id: first.id, duplicateOf: 'forgotten' });
    expect(await queue.getJobCounts('wait')).to.deep.equal({ wait: 0 });
  });

  it('that debounce replace the one before, whose receipt says that it is gone', async () => {
    const dedup = { key: 'k', mode: 'debounce', ttlMs: 300 } as const;
    const receipts = [await send('a', dedup), await send('ab', dedup), await send('abc', dedup)];
    expect(receipts.map(({ isDuplicate }) => isDuplicate)).to.deep.equal([false, false, false]);
    const { handler, deliveries } = recording(note, ({ data }) => ({ length: data.text.length }));
    await trial.work([handler]);
    expect(await receipts[2]?.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 3 });
    await rejection(receipts[0]?.result({ timeoutMs: 10_000 }) ?? Promise.resolve(), JobGoneError);
    expect(deliveries.all).to.have.length(1);
  });

  it('that keep the last are handled twice at most: what is under way, and the last since', async () => {
    const dedup = { key: 'k', mode: 'keepLast' } as const;
    const { handler, deliveries } = recording(note, async (delivery) => {
      if (delivery.data.text === 'held') return untilAborted(delivery);
      return { length: 1 };
    });
    const worker = await trial.work([handler], { drainMs: 0 });
    await send('held', dedup);
    await deliveries.first();
    for (const text of ['b', 'c', 'd']) expect((await send(text, dedup)).duplicateOf).to.equal('active');
    await worker.close();
    const next = recording(note, () => ({ length: 1 }));
    await trial.work([next.handler]);
    const [again, last] = await next.deliveries.upTo(2);
    expect([again?.data.text, last?.data.text]).to.deep.equal(['held', 'd']);
  });

  it('go with an ack: the job of the key is added once, however many acks send it', async () => {
    const { handler } = recording(note, (delivery) => {
      delivery.sendWithAck(call, { number: delivery.data.text }, { dedup: { key: 'k' } });
      return { length: 1 };
    });
    await trial.work([handler]);
    for (const text of ['1', '2', '3']) await (await trial.producer.send(note, { text })).result({ timeoutMs: 10_000 });
    await using queue = trial.queue('calls');
    expect((await queue.getJobs('wait')).map(({ data }) => data as unknown)).to.deep.equal([{ number: '1' }]);
  });

  it('are bound by the keys of BullMQ, and BullMQ by theirs', async () => {
    await using queue = trial.queue('notes');
    const theirs = await queue.add('note', { text: 'theirs' }, { deduplication: { id: 'theirs' } });
    const ours = await send('ours', { key: 'ours' });
    expect(await send('x', { key: 'theirs' })).to.include({ id: theirs.id, duplicateOf: 'waiting' });
    const job = await queue.add('note', { text: 'x' }, { deduplication: { id: 'ours' } });
    expect(job.id).to.equal(ours.id);
    expect(await queue.getDeduplicationJobId('ours')).to.equal(ours.id);
    expect((await queue.getJob(ours.id))?.deduplicationId).to.equal('ours');
    await queue.removeDeduplicationKey('ours');
    expect((await send('x', { key: 'ours' })).isDuplicate).to.equal(false);
  });

  it('fail alone, with nothing changed, where something else lies in the place of their key', async () => {
    using redis = await plainRedis();
    await redis.lpush(`${trial.namespace}:notes:de:k`, 'x');
    const sends = [send('x', { key: 'k' }), trial.producer.send(note, { text: 'x' })];
    const [refused, sent] = await Promise.allSettled(sends);
    expect(refused).to.have.property('status', 'rejected');
    expect(String((refused as PromiseRejectedResult).reason)).to.match(
      /de:k holds a list where the queue keeps a string/,
    );
    expect(sent).to.have.property('status', 'fulfilled');
    expect(await redis.llen(`${trial.namespace}:notes:wait`)).to.equal(1);
  });

  const refused: readonly (readonly [what: string, options: SendOptions, message: RegExp])[] = [
    ['no key', { dedup: {} } as SendOptions, /expected dedup.key, which is required/],
    ['an empty key', { dedup: { key: '' } }, /expected dedup.key to be a text of 1 to 512 characters/],
    ['a throttle without a time', { dedup: { key: 'k', mode: 'throttle' } }, /expected dedup.ttlMs with throttle/],
    ['a debounce without a time', { dedup: { key: 'k', mode: 'debounce' } }, /expected dedup.ttlMs with debounce/],
    ['a time of once', { dedup: { key: 'k', ttlMs: 5 } }, /expected no dedup.ttlMs with once, .* got 5/],
    [
      'a debounce with a delay',
      { dedup: { key: 'k', mode: 'debounce', ttlMs: 5 }, delayMs: 7 },
      /expected no delayMs with debounce, .* got 7/,
    ],
    ['a reused id', { dedup: { key: 'k' }, id: 'a', reuseId: 'whenDone' }, /expected no reuseId with dedup/],
    ['a mode that there is not', { dedup: { key: 'k', mode: 'last' as 'once' } }, /expected dedup.mode to be/],
  ];
  for (const [what, options, message] of refused)
    it(`are refused with ${what}`, async () => {
      const fault = await rejection(trial.producer.send(note, { text: 'x' }, options), OptionsError);
      expect(fault.message).to.match(message);
    });
});
