import { job, OptionsError, Producer } from '@acktor/core';
import { memoryEngine, perform } from '@acktor/testing';
import {
  BatchError,
  CancelledError,
  handleBatch,
  NotAHandlerError,
  reject,
  Worker,
  type BatchFunction,
  type BatchHandler,
  type BatchOptions,
  type Delivery,
} from '@acktor/worker';
import { expect } from 'chai';
import { z } from 'zod';
import { note, ping } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';
import { signal } from '../signals/signal.js';
import { Heard } from '../signals/heard.js';

type NoteBatch = Parameters<BatchFunction<typeof note>>;

const textsOf = (deliveries: readonly Delivery<typeof note>[]) => deliveries.map(({ data }) => data.text);

/** A worker in memory with one batch handler, and a producer. */
async function trialOf(
  options: BatchOptions<typeof note>,
  run: BatchFunction<typeof note> = (deliveries) => deliveries.map(({ data }) => ({ length: data.text.length })),
  consumers = 8,
) {
  const engine = memoryEngine();
  const calls = new Heard<NoteBatch>();
  const handler = handleBatch(note, options, (...given) => {
    calls.push(given);
    return run(...given);
  });
  const logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  const worker = await Worker.start({ engine, handlers: [handler], consumers, logger, handleSignals: false });
  const producer = await Producer.connect({ engine });
  const send = (...texts: readonly string[]) =>
    Promise.all(texts.map((text) => producer.send(note, { text }, { id: `n-${text}`, attempts: 1 })));
  const pass = (ms: number) => engine.advance(ms, { patienceMs: 50 });
  return {
    pass,
    calls,
    producer,
    send,
    [Symbol.asyncDispose]: async () => {
      await worker.close();
      await producer.close();
    },
  };
}

describe('handleBatch', () => {
  it('calls the function once with as many deliveries as it takes, and acks each with its own result', async () => {
    await using trial = await trialOf({ size: 3 });
    const receipts = await trial.send('a', 'bb', 'ccc');
    const results = await Promise.all(receipts.map((receipt) => receipt.result()));
    expect(results).to.deep.equal([{ length: 1 }, { length: 2 }, { length: 3 }]);
    expect(trial.calls.all.map(([deliveries]) => textsOf(deliveries))).to.deep.equal([['a', 'bb', 'ccc']]);
  });

  it('calls it with fewer when the first has waited long enough, and begins another batch for the next', async () => {
    await using trial = await trialOf({ size: 5, timeoutMs: 200 });
    const early = await trial.send('a', 'b');
    await trial.pass(199);
    expect(trial.calls.all).to.deep.equal([]);
    await trial.pass(1);
    await Promise.all(early.map((receipt) => receipt.result()));
    const late = await trial.send('c');
    await trial.pass(200);
    await late[0]?.result();
    expect(trial.calls.all.map(([deliveries]) => textsOf(deliveries))).to.deep.equal([['a', 'b'], ['c']]);
  });

  it('puts only those of one key together', async () => {
    await using trial = await trialOf({ size: 2, timeoutMs: 50, by: ({ text }) => text.length });
    const receipts = await trial.send('a', 'bb', 'cc', 'd', 'eee');
    await trial.pass(50);
    await Promise.all(receipts.map((receipt) => receipt.result()));
    const calls = trial.calls.all.map(([deliveries, { key }]) => `${key}: ${textsOf(deliveries).join(' ')}`);
    expect(calls.toSorted()).to.deep.equal(['1: a d', '2: bb cc', '3: eee']);
  });

  it('rejects those alone for which an error or a rejection stands in place of a result', async () => {
    await using trial = await trialOf({ size: 3 }, () => [
      { length: 1 },
      new Error('the second is broken'),
      reject({ deadLetter: 'the third is unwanted' }),
    ]);
    const [first, ...others] = await trial.send('a', 'b', 'c');
    expect(await first?.result()).to.deep.equal({ length: 1 });
    const reasons = await Promise.all(others.map((receipt) => receipt.result().catch(String)));
    expect(reasons[0]).to.include('the second is broken');
    expect(reasons[1]).to.include('the third is unwanted');
  });

  it('keeps what was settled before the function throws, and rejects the others with it', async () => {
    await using trial = await trialOf({ size: 3 }, ([first, second], batch) => {
      if (first && second)
        expect([batch.ack(first, { length: 7 }), batch.ack(first, { length: 8 })]).to.deep.equal([true, false]);
      if (second) batch.reject(second, new Error('this one'));
      throw new Error('all others');
    });
    const receipts = await trial.send('a', 'b', 'c');
    const ends = await Promise.all(receipts.map((receipt) => receipt.result().catch(String)));
    expect(ends[0]).to.deep.equal({ length: 7 });
    expect(ends[1]).to.include('this one');
    expect(ends[2]).to.include('all others');
  });

  it('settles one before the function ends, whose consumer goes on', async () => {
    const rest = signal();
    await using trial = await trialOf({ size: 2 }, async ([first], batch) => {
      if (first) batch.ack(first, { length: 7 });
      await rest.given;
      return [{ length: 1 }, { length: 2 }];
    });
    const [first, second] = await trial.send('a', 'b');
    expect(await first?.result()).to.deep.equal({ length: 7 });
    rest.give();
    expect(await second?.result()).to.deep.equal({ length: 2 });
  });

  it('makes dead letters of all when it returns something else, and says what', async () => {
    for (const [returned, words] of [
      [[{ length: 1 }], 'an outcome for each of its 2 deliveries, got one of 1'],
      [5, 'got number'],
      [null, 'got null'],
    ] as const) {
      await using trial = await trialOf({ size: 2 }, () => returned as never);
      const receipts = await trial.send('a', 'b');
      for (const receipt of receipts) expect(await receipt.result().catch(String)).to.include(words);
    }
  });

  it('refuses to settle a delivery of another batch, and keys that are none', async () => {
    let thrown: unknown;
    await using trial = await trialOf({ size: 2 }, (deliveries, batch) => {
      try {
        batch.ack({} as never, { length: 1 });
      } catch (error) {
        thrown = error;
      }
      return deliveries.map(() => ({ length: 1 }));
    });
    await Promise.all((await trial.send('a', 'b')).map((receipt) => receipt.result()));
    expect(thrown).to.be.instanceOf(BatchError);
    await using other = await trialOf({ size: 2, by: () => undefined as never });
    const [receipt] = await other.send('a');
    expect(await receipt?.result().catch(String)).to.include('to return a text or a number, got undefined');
  });

  it('leaves out a delivery that is cancelled while it waits', async () => {
    await using trial = await trialOf({ size: 3 });
    const [cancelled, ...others] = await trial.send('a', 'b');
    await trial.pass(1);
    await trial.producer.cancel(note, 'n-a');
    expect(await cancelled?.result().catch(String)).to.include('cancelled');
    const [third, fourth] = await trial.send('c', 'd');
    for (const receipt of [...others, third, fourth]) await receipt?.result();
    expect(trial.calls.all.map(([deliveries]) => textsOf(deliveries))).to.deep.equal([['b', 'c', 'd']]);
  });

  it("aborts the batch's signal when each that is not settled is to let go", async () => {
    const aborted = new Heard<unknown>();
    await using trial = await trialOf({ size: 3 }, async ([first], batch) => {
      if (first) batch.ack(first, { length: 1 });
      batch.signal.addEventListener('abort', () => aborted.push(batch.signal.reason));
      await aborted.first();
      throw batch.signal.reason as Error;
    });
    const receipts = await trial.send('a', 'b', 'c');
    await trial.calls.first();
    await trial.producer.cancel(note, 'n-b');
    expect(aborted.all).to.deep.equal([]);
    await trial.producer.cancel(note, 'n-c');
    expect(await aborted.first()).to.be.instanceOf(CancelledError);
    expect(await receipts[2]?.result().catch(String)).to.include('cancelled');
  });

  it('runs one delivery in a test as a batch of one', async () => {
    const handler = handleBatch(note, { size: 5, timeoutMs: 1 }, (all) => all.map(() => ({ length: all.length })));
    expect(await perform(handler, note, { text: 'x' })).to.deep.include({ kind: 'acked', result: { length: 1 } });
    expect(handler.job).to.equal(note);
  });

  it('refuses options that cannot be, a function that is none, and a worker with too few consumers', async () => {
    const run = (): void => undefined;
    expect(() => handleBatch(ping, { size: 1 }, run)).to.throw(OptionsError, 'size');
    expect(() => handleBatch(ping, { size: 5, timeoutMs: 60_001 }, run)).to.throw(OptionsError, 'timeoutMs');
    expect(() => handleBatch(ping, { size: 5, by: 'x' as never }, run)).to.throw(OptionsError, 'by');
    expect(() => handleBatch(ping, { size: 5, wait: 3 } as never, run)).to.throw(OptionsError, 'wait');
    expect(() => handleBatch(ping, { size: 5 }, undefined as never)).to.throw(
      NotAHandlerError,
      'handleBatch(job, options, function)',
    );
    const hurried = job('hurried-batch', { queue: 'notes', data: z.object({}), deadlineMs: 100 });
    expect(() => handleBatch(hurried, { size: 5, timeoutMs: 100 }, run)).to.throw(OptionsError, 'below the deadline');
    const handlers: readonly BatchHandler<typeof ping>[] = [handleBatch(ping, { size: 5 }, run)];
    const refused = await rejection(Worker.start({ engine: memoryEngine(), handlers, consumers: 4 }), OptionsError);
    expect(refused.message).to.include('expected at least 5 consumers of queue notes, got 4');
  });
});
