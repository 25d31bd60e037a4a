import {
  ClosedError,
  DeadLetteredError,
  job,
  OptionsError,
  Producer,
  ResultError,
  ResultTimeoutError,
} from '@acktor/core';
import type { ConnectedBroker } from '@acktor/core/engine';
import { expect } from 'chai';
import { z } from 'zod';
import { leftWith } from '../redis/left-with.js';
import { ack, deadLetter, TestQueue } from '../broker/test-queue.js';
import { note, ping } from '../jobs/notes.js';
import { freshNamespace, openBroker, redisUrl } from '../real-redis/real-redis.js';
import { rejection } from '../server/rejection.js';

describe('receipt.result', () => {
  let producer: Producer;
  let connected: ConnectedBroker;
  let trial: TestQueue;
  let namespace: string;

  beforeEach(async () => {
    namespace = freshNamespace();
    connected = await openBroker({ namespace });
    trial = new TestQueue(connected.broker, 'notes');
    producer = await Producer.connect({ redis: redisUrl(), namespace });
  });
  afterEach(async () => {
    await producer.close();
    await connected.close();
  });

  it('resolves with what the handler returned, when the job is acked', async () => {
    const receipt = await producer.send(note, { text: 'hello' });
    const result = receipt.result({ timeoutMs: 5_000 });
    await trial.settle(await trial.take(), { kind: 'ack', result: '{"length":5}' });
    expect(await result).to.deep.equal({ length: 5 });
  });

  it('resolves at once for a job that is over, as often as it is asked', async () => {
    const receipt = await producer.send(note, { text: 'hello' });
    await trial.settle(await trial.take(), { kind: 'ack', result: '{"length":5}' });
    expect(await receipt.result()).to.deep.equal({ length: 5 });
    expect(await receipt.result()).to.deep.equal({ length: 5 });
  });

  it('resolves with nothing for a contract without a result', async () => {
    const receipt = await producer.send(ping, { n: 1 });
    await trial.settle(await trial.take(), { kind: 'ack', result: 'null' });
    expect(await receipt.result()).to.equal(undefined);
  });

  it('can be asked for by id, by a producer that did not send the job', async () => {
    const { id } = await producer.send(note, { text: 'hello' });
    await trial.settle(await trial.take(), { kind: 'ack', result: '{"length":5}' });
    expect(await producer.receipt(note, id).result()).to.deep.equal({ length: 5 });
  });

  it('rejects with the reason when the job is dead-lettered', async () => {
    const receipt = await producer.send(note, { text: 'hello' });
    const outcome = rejection(receipt.result(), DeadLetteredError);
    await trial.settle(await trial.take(), deadLetter);
    const error = await outcome;
    expect(error).to.include({ jobId: receipt.id, jobName: 'note', reason: 'it cannot be' });
    expect(error.message).to.contain('it cannot be');
  });

  it('rejects when it takes too long, and leaves the job alone', async () => {
    const receipt = await producer.send(note, { text: 'hello' });
    const error = await rejection(receipt.result({ timeoutMs: 30 }), ResultTimeoutError);
    expect(error).to.include({ jobId: receipt.id, timeoutMs: 30 });
    await trial.settle(await trial.take(), { kind: 'ack', result: '{"length":5}' });
    expect(await receipt.result()).to.deep.equal({ length: 5 });
  });

  it('refuses a time limit that Node cannot keep', async () => {
    const receipt = producer.receipt(note, 'any');
    for (const timeoutMs of [0, 2_147_483_648, Number.NaN]) {
      expect((await rejection(receipt.result({ timeoutMs }), OptionsError)).message).to.contain('timeoutMs');
    }
  });

  it('rejects with the reason of the signal it was given', async () => {
    const receipt = await producer.send(note, { text: 'hello' });
    const impatient = new AbortController();
    const outcome = rejection(receipt.result({ signal: impatient.signal, timeoutMs: 60_000 }), RangeError);
    impatient.abort(new RangeError('enough'));
    expect((await outcome).message).to.equal('enough');
  });

  it('leaves nothing with a signal that outlives the waiting', async () => {
    const receipt = await producer.send(note, { text: 'hello' });
    await trial.settle(await trial.take(), { kind: 'ack', result: '{"length":5}' });
    const longLived = new AbortController();
    for (let i = 0; i < 200; i += 1) await receipt.result({ signal: longLived.signal, timeoutMs: 5_000 });
    const open = await producer.send(note, { text: 'hello' });
    await rejection(open.result({ signal: longLived.signal, timeoutMs: 10 }), ResultTimeoutError);
    expect(leftWith(longLived.signal)).to.equal(0);
  });

  it('lets fifteen wait on one signal without a warning of a leak, and leaves nothing with it', async () => {
    const warnings: Error[] = [];
    const keep = (warning: Error) => warnings.push(warning);
    process.on('warning', keep);
    try {
      const shared = new AbortController();
      const sent = await Promise.all(Array.from({ length: 15 }, () => producer.send(note, { text: 'hello' })));
      const late = sent.map((receipt) =>
        rejection(receipt.result({ signal: shared.signal, timeoutMs: 20 }), ResultTimeoutError),
      );
      await Promise.all(late);
      expect(leftWith(shared.signal)).to.equal(0);
      const waits = sent.map((receipt) => rejection(receipt.result({ signal: shared.signal }), RangeError));
      shared.abort(new RangeError('enough'));
      await Promise.all(waits);
      expect(leftWith(shared.signal)).to.equal(0);
      // Node emits a warning in a later tick.
      await new Promise(setImmediate);
    } finally {
      process.off('warning', keep);
    }
    expect(warnings).to.deep.equal([]);
  });

  it('takes a result as large as its producer allows', async () => {
    const bulky = job('bulky', { queue: 'notes', data: z.unknown(), result: z.string() });
    await using generous = await Producer.connect({ redis: redisUrl(), namespace, maxPayloadBytes: 2_097_152 });
    const { id } = await generous.send(bulky, {});
    const text = 'x'.repeat(500_000);
    await trial.settle(await trial.take(), { kind: 'ack', result: JSON.stringify(text) });
    expect(await generous.receipt(bulky, id).result()).to.equal(text);
    const error = await rejection(producer.receipt(bulky, id).result(), ResultError);
    expect(error.message).to.contain('at most 262144 bytes');
  });

  it('rejects when the producer is closed first, rather than waiting for ever', async () => {
    const receipt = await producer.send(note, { text: 'hello' });
    await rejection(receipt.result({ timeoutMs: 20 }), ResultTimeoutError);
    const outcome = rejection(receipt.result(), ClosedError);
    await producer.close();
    expect((await outcome).message).to.contain('closed');
  });

  it('rejects when what is stored is off the contract', async () => {
    const receipt = await producer.send(note, { text: 'hello' });
    await trial.settle(await trial.take(), ack);
    const error = await rejection(receipt.result(), ResultError);
    expect(error.faults.map(({ path }) => path)).to.deep.equal(['result.length']);
  });
});
