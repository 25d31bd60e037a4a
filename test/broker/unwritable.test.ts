// Settlements that cannot be written, in one call with others that can.
import { job, Producer, SendRefusedError, UnwritableCallError } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import type { AttemptRecord, DeadLetterStore, LeasedJob, Settlement } from '@acktor/core/engine';
import { expect } from 'chai';
import { z } from 'zod';
import { handlerOf } from '../handler/handler-of.js';
import { freshNamespace, openBroker } from '../real-redis/real-redis.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { ack, TestQueue } from './test-queue.js';

const options = { leaseMs: 10_000, worker: 'here', wantsStatus: false };
const unwritable: readonly (readonly [what: string, make: () => unknown])[] = [
  ['an ack without a result', () => ({ kind: 'ack' })],
  ['a result that is no text', () => ({ kind: 'ack', result: 7n })],
  ['a reason that is no text', () => ({ kind: 'deadLetter', failure: { reason: Symbol('s'), stack: undefined } })],
  ['a reason that is nothing', () => ({ kind: 'retry', delayMs: 1, failure: { reason: undefined, stack: undefined } })],
  [
    'a delay that is no number',
    () => ({ kind: 'retry', delayMs: Number.NaN, failure: { reason: 'r', stack: undefined } }),
  ],
  ['a delay without end', () => ({ kind: 'requeue', afterMs: Infinity })],
  ['a stack that is a bigint', () => ({ kind: 'deadLetter', failure: { reason: 'r', stack: 1n } })],
  ['no failure at all', () => ({ kind: 'deadLetter' })],
];

describe('a group call with a settlement that cannot be written', () => {
  for (const [what, make] of unwritable) {
    it(`goes without ${what}, says why, and stores the others`, async () => {
      await using connected = await opened();
      const trial = new TestQueue(connected.broker);
      await trial.send({}, {}, {});
      const [one, bad, other] = [await trial.take(), await trial.take(), await trial.take()];
      await trial.send({ id: 'next' });
      const requests = [
        { settle: { job: one, settlement: ack } },
        { settle: { job: bad, settlement: make() as Settlement }, fetch: trial.newToken() },
        { settle: { job: other, settlement: ack } },
      ];
      const { replies } = await trial.queue.settleAndFetch(requests, options);
      expect(replies.map(({ settled }) => settled)).to.deep.equal(['stored', undefined, 'stored']);
      expect(replies[1]?.error).to.be.instanceOf(UnwritableCallError);
      expect(replies[1]?.fetched?.job.record.id).to.equal('next');
      expect(await trial.settle(bad, { kind: 'deadLetter', failure: { reason: 'r', stack: undefined } })).to.equal(
        'stored',
      );
    });
  }

  it('keeps a history that others can read, whatever half pairs are in it', async () => {
    await using connected = await opened();
    const trial = new TestQueue(connected.broker);
    await trial.send({ id: 'odd' });
    const held = await trial.take();
    const failure = { reason: 'half \ud83d', stack: 'at \ude80' };
    const attempt: AttemptRecord = { ...attemptOf(held), reason: failure.reason };
    const settle = { job: held, settlement: { kind: 'deadLetter', failure } as const, attempt };
    const { settled, error } = await trial.askOne({ settle });
    expect({ settled, error }).to.deep.equal({ settled: 'stored', error: undefined });
    const [letter] = await letters(connected.broker.deadLetters('trial'), 'odd');
    expect(letter?.history).to.contain('half \ufffd');
    expect(letter?.stacks).to.contain('at \ufffd');
  });

  it('keeps no more than 64 KiB of stacks, and the newest whatever its size', async () => {
    await using connected = await opened();
    const trial = new TestQueue(connected.broker);
    await trial.send({ id: 'loud' });
    for (let i = 0; i < 9; i += 1) await trial.settle(await trial.take(), failing(`${i}`.repeat(20_000)));
    await trial.settle(await trial.take(), { ...failing('last'), kind: 'deadLetter' });
    const [letter] = await letters(connected.broker.deadLetters('trial'), 'loud');
    const kept = JSON.parse(letter?.stacks ?? '') as readonly string[];
    expect(kept.map((stack) => stack.slice(0, 4))).to.deep.equal(['6666', '7777', '8888', 'last']);
  });
});

describe('a server that takes no long texts', function () {
  this.timeout(60_000);
  const bulky = job('bulky', { queue: 'bulky', data: z.object({ n: z.int(), fill: z.string() }), result: z.string() });

  it('gets none: the job of such a result becomes a dead letter, and the others wait for nothing', async () => {
    await using server = await PrivateServer.start({ settings: { 'proto-max-bulk-len': '1mb' } });
    await using trial = await WorkerTrial.open(server.url);
    const handler = handlerOf(bulky, ({ data }) => 'x'.repeat(data.n));
    await trial.work([handler], { consumers: 4, maxPayloadBytes: 8_000_000 });
    const sizes = [10, 2_000_000, 10, 10, 10, 10];
    const sent = await Promise.all(sizes.map((n) => trial.producer.send(bulky, { n, fill: '' })));
    const ends = await Promise.allSettled(sent.map((receipt) => receipt.result({ timeoutMs: 10_000 })));
    expect(ends.map(({ status }) => status)).to.deep.equal(sizes.map((n) => (n > 10 ? 'rejected' : 'fulfilled')));
    expect(String(ends[1]?.status === 'rejected' && ends[1].reason)).to.match(
      /dead-lettered.*2000002 bytes.*1048576.*proto-max-bulk-len/,
    );
    expect(trial.log.lines.all.map(({ message }) => message)).not.to.include(
      'the server did not take a call; it is made again',
    );
  });

  it('is not sent such a payload, while what is sent with it is accepted', async () => {
    await using server = await PrivateServer.start({ settings: { 'proto-max-bulk-len': '1mb' } });
    await using producer = await Producer.connect({
      redis: server.url,
      namespace: freshNamespace(),
      maxPayloadBytes: 8_000_000,
    });
    const before = producer.send(bulky, { n: 1, fill: '' });
    const refused = rejection(producer.send(bulky, { n: 1, fill: 'x'.repeat(2_000_000) }), SendRefusedError);
    const after = producer.send(bulky, { n: 1, fill: '' });
    expect((await refused).message).to.contain('proto-max-bulk-len');
    expect([(await before).isDuplicate, (await after).isDuplicate]).to.deep.equal([false, false]);
  });
});

async function opened() {
  const connected = await openBroker();
  return { ...connected, [Symbol.asyncDispose]: () => connected.close() };
}

function letters(store: DeadLetterStore, ...ids: readonly string[]) {
  return store.read(ids);
}

function failing(stack: string): Settlement & { readonly kind: 'retry' } {
  return { kind: 'retry', delayMs: 0, failure: { reason: 'r', stack } };
}

function attemptOf({ record }: LeasedJob): AttemptRecord {
  const { attemptsMade, deliveries: fence } = record;
  return { attempt: attemptsMade + 1, fence, worker: 'here', startedAtMs: 1, endedAtMs: 2, end: 'threw' };
}
