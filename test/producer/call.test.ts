// Remote procedure calls: the answer, its ways of failing, and what becomes of a job whose caller has left.
import {
  CallTimeoutError,
  ClosedError,
  DeadLetteredError,
  JobGoneError,
  OptionsError,
  PayloadError,
  Producer,
  ResultError,
} from '@acktor/core';
import { memoryEngine } from '@acktor/testing';
import { CancelledError, reject } from '@acktor/worker';
import { expect } from 'chai';
import { recording } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { note, ping } from '../jobs/notes.js';
import { leftWith } from '../redis/left-with.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { until } from '../signals/until.js';
import { WorkerTrial } from '../worker/worker-trial.js';

describe('producer.call', () => {
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const lengths = () => recording(note, ({ data }) => ({ length: data.text.length }));
  const waits = () => recording(note, (delivery) => untilAborted(delivery));

  it('resolves with what the handler returned, typed by the contract', async () => {
    await trial.work([lengths().handler]);
    const { length } = await trial.producer.call(note, { text: 'hello' }, { timeoutMs: 20_000 });
    expect(length).to.equal(5);
  });

  it('gives each of many callers its own answer', async () => {
    await trial.work([lengths().handler], { consumers: 8 });
    const texts = Array.from({ length: 200 }, (_, n) => 'x'.repeat(n));
    const calls = texts.map((text) => trial.producer.call(note, { text }, { timeoutMs: 20_000 }));
    expect((await Promise.all(calls)).map(({ length }) => length)).to.deep.equal(texts.map(({ length }) => length));
  });

  it('takes the answer from the event of the ack, and looks no job up', async () => {
    const { deliveries, handler } = waits();
    await trial.work([handler]);
    const answer = trial.producer.call(note, { text: 'hello' }, { timeoutMs: 20_000 });
    const { id } = await deliveries.first();
    using redis = await plainRedis(trial.url);
    const key = `${trial.namespace}:notes:events`;
    await redis.xadd(key, '*', 'event', 'completed', 'jobId', id, 'returnvalue', '{"length":77}', 'prev', 'active');
    expect(await answer).to.deep.equal({ length: 77 });
    await trial.producer.cancel(note, id);
  });

  it('rejects with the reason when the job is rejected, and when its attempts are used up', async () => {
    const { handler } = recording(note, ({ data }) => {
      if (data.text === 'never') return reject({ deadLetter: 'no such card' });
      throw new Error('the bank is closed');
    });
    await trial.work([handler]);
    const call = (text: string) =>
      rejection(trial.producer.call(note, { text }, { timeoutMs: 20_000 }), DeadLetteredError);
    expect((await call('never')).reason).to.equal('no such card');
    expect((await call('often')).reason).to.contain('the bank is closed');
  });

  it('sends nothing with data off the schema, without a time limit, and with options of sends that it has no use for', async () => {
    const { producer } = trial;
    await rejection(producer.call(note, { text: 7 } as never, { timeoutMs: 1_000 }), PayloadError);
    const wrong = [{}, { timeoutMs: 0 }, { timeoutMs: 1_000, delayMs: 5 }, { timeoutMs: 1_000, whenLate: 'maybe' }];
    for (const options of wrong) await rejection(producer.call(note, { text: '' }, options as never), OptionsError);
    await using queue = trial.queue('notes');
    expect(await queue.getJobCountByTypes()).to.equal(0);
  });

  it('rejects with a ResultError when what comes back is off the schema', async () => {
    const { deliveries, handler } = waits();
    await trial.work([handler]);
    const answer = rejection(trial.producer.call(note, { text: '' }, { timeoutMs: 20_000 }), ResultError);
    const { id } = await deliveries.first();
    using redis = await plainRedis(trial.url);
    await redis.xadd(`${trial.namespace}:notes:events`, '*', 'event', 'completed', 'jobId', id, 'returnvalue', '"x"');
    await answer;
    await trial.producer.cancel(note, id);
  });

  it('is late after its time, and removes the job that still waits', async () => {
    const late = await rejection(trial.producer.call(note, { text: '' }, { timeoutMs: 30 }), CallTimeoutError);
    expect(late).to.include({ jobName: 'note', timeoutMs: 30, whenLate: 'cancel' });
    await using queue = trial.queue('notes');
    await until('nothing is left of it', async () => (await queue.getJobCountByTypes()) === 0);
  });

  it('cancels the job that is under way when it is late, also when the producer is closed at once', async () => {
    const { deliveries, handler } = waits();
    await trial.work([handler]);
    const caller = await Producer.connect({ redis: trial.url, namespace: trial.namespace });
    const late = rejection(caller.call(note, { text: '' }, { timeoutMs: 300 }), CallTimeoutError);
    const { signal } = await deliveries.first();
    await late;
    await caller.close();
    await until('its signal aborts', () => signal.aborted);
    expect(signal.reason).to.be.instanceOf(CancelledError);
  });

  it('lets the job go on when it is late, if it is to, and drops the answer', async () => {
    const done = later();
    const { deliveries, handler } = recording(note, async () => {
      await done.promise;
      return { length: 1 };
    });
    await trial.work([handler]);
    const options = { timeoutMs: 300, whenLate: 'goOn' } as const;
    const late = rejection(trial.producer.call(note, { text: '' }, options), CallTimeoutError);
    const { id, signal } = await deliveries.first();
    await late;
    done.resolve();
    expect(await trial.producer.receipt(note, id).result({ timeoutMs: 20_000 })).to.deep.equal({ length: 1 });
    expect(signal.aborted).to.equal(false);
  });

  it('ends when its signal aborts, with its reason, and leaves nothing with the signal', async () => {
    const { deliveries, handler } = waits();
    await trial.work([handler]);
    const longLived = new AbortController();
    const options = { timeoutMs: 20_000, signal: longLived.signal };
    const ended = rejection(trial.producer.call(note, { text: '' }, options), RangeError);
    const { signal } = await deliveries.first();
    longLived.abort(new RangeError('the request was closed'));
    expect((await ended).message).to.equal('the request was closed');
    expect(leftWith(longLived.signal)).to.equal(0);
    await until('the job is cancelled', () => signal.aborted);
    await rejection(trial.producer.call(note, { text: '' }, options), RangeError);
  });

  it('rejects when the job is cancelled or removed by others', async () => {
    const answer = rejection(trial.producer.call(note, { text: '' }, { id: 'mine', timeoutMs: 20_000 }), JobGoneError);
    await until('it is cancelled', async () => (await trial.producer.cancel(note, 'mine')) === 'removed');
    await answer;
  });

  it('has the answer of the earlier call under the same id, and leaves that alone when it is late', async () => {
    const { deliveries, handler } = lengths();
    const options = { id: 'order-1', timeoutMs: 20_000 };
    const first = trial.producer.call(note, { text: 'one' }, options);
    await using queue = trial.queue('notes');
    await until('the first is there', async () => (await queue.getJobCountByTypes()) === 1);
    await rejection(trial.producer.call(note, { text: 'other' }, { ...options, timeoutMs: 30 }), CallTimeoutError);
    await trial.work([handler]);
    expect(await first).to.deep.equal({ length: 3 });
    expect(await trial.producer.call(note, { text: 'other' }, options)).to.deep.equal({ length: 3 });
    expect(deliveries.all).to.have.length(1);
  });

  it('rejects when the producer is closed, before and meanwhile', async () => {
    const caller = await Producer.connect({ redis: trial.url, namespace: trial.namespace });
    const { deliveries, handler } = waits();
    await trial.work([handler]);
    const answer = rejection(caller.call(note, { text: '' }, { timeoutMs: 20_000 }), ClosedError);
    const { id } = await deliveries.first();
    await caller.close();
    await answer;
    await rejection(caller.call(ping, { n: 1 }, { timeoutMs: 20_000 }), ClosedError);
    await trial.producer.cancel(note, id);
  });

  it('leaves nothing in the server but its jobs, which are forgotten as all others', async () => {
    const { handler } = lengths();
    await trial.work([handler]);
    await trial.producer.call(note, { text: 'a' }, { timeoutMs: 20_000 });
    using redis = await plainRedis(trial.url);
    // Comes and goes, with the turns of the reaper.
    const passing = ['marker', 'stalled', 'stalled-check', 'acktor:suspects', 'acktor:turn', 'acktor:last-turn'];
    const isOfQueue = (key: string) => !/-\w+$/.test(key) && !passing.some((part) => key.endsWith(`:${part}`));
    const keys = async () => (await redis.keys(`${trial.namespace}:notes:*`)).filter(isOfQueue).toSorted();
    const before = await keys();
    for (let n = 0; n < 20; n += 1) await trial.producer.call(note, { text: 'a' }, { timeoutMs: 20_000 });
    expect(await keys()).to.deep.equal(before);
  });

  it('works on the engine in memory', async () => {
    await using producer = await Producer.connect({ engine: memoryEngine() });
    const late = await rejection(producer.call(note, { text: '' }, { timeoutMs: 20 }), CallTimeoutError);
    expect(late.jobName).to.equal('note');
  });
});

function later() {
  let done: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    done = resolve;
  });
  return { promise, resolve: done };
}
