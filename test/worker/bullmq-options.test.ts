// What BullMQ's Worker does by the options that its clients store with a job, done by ours.
import { Operator } from '@acktor/core';
import { RedisAddress } from '@acktor/core/internal';
import { QueueEvents, UnrecoverableError, type QueueOptions } from 'bullmq';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { redisUrl } from '../real-redis/real-redis.js';
import { WorkerTrial } from './worker-trial.js';

describe('the options that a BullMQ client stores with a job', () => {
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  /** Resolves when the job of that id has ended; with whether it was acked. */
  const ended = (id: string) =>
    trial.producer
      .receipt(note, id)
      .result({ timeoutMs: 10_000 })
      .then(
        () => 'acked',
        (error: Error) => error.message,
      );

  const details = async (id: string) => {
    await using operator = await Operator.connect({ redis: redisUrl(), namespace: trial.namespace });
    return await operator.job('notes', id);
  };

  it('says by its attempts how often: a plain add means once', async () => {
    await using queue = trial.queue('notes');
    await queue.add('note', { text: 'once' }, { jobId: 'once' });
    const attempts: unknown[] = [];
    await trial.work([
      handlerOf(note, ({ attempt, attempts: all, isLastAttempt }) => {
        attempts.push([attempt, all, isLastAttempt]);
        throw new Error('not today');
      }),
    ]);
    expect(await ended('once')).to.contain('not today');
    expect(attempts).to.deep.equal([[1, 1, true]]);
  });

  it("waits by the contract where the type of its backoff is a strategy of its worker's, and says so once", async () => {
    await using queue = trial.queue('notes');
    for (const jobId of ['a', 'b'])
      await queue.add('note', { text: jobId }, { jobId, attempts: 2, backoff: { type: 'jittery', delay: 60_000 } });
    await trial.work([
      handlerOf(note, () => {
        throw new Error('not today');
      }),
    ]);
    expect(await Promise.all([ended('a'), ended('b')])).to.have.length(2);
    const warnings = trial.log.lines.all.filter(({ message }) => message.includes('type of backoff'));
    expect(warnings.map(({ facts }) => facts)).to.deep.equal([{ job: 'note', queue: 'notes', type: 'jittery' }]);
  });

  it('keeps as many log lines as keepLogs says', async () => {
    await using queue = trial.queue('notes');
    await queue.add('note', { text: 'loud' }, { jobId: 'two', keepLogs: 2 });
    await queue.add('note', { text: 'loud' }, { jobId: 'all', keepLogs: 0 });
    await trial.work([
      handlerOf(note, async ({ log }) => {
        for (const line of ['one', 'two', 'three']) await log(line);
        return { length: 3 };
      }),
    ]);
    expect([await ended('two'), await ended('all')]).to.deep.equal(['acked', 'acked']);
    expect((await details('two'))?.log).to.deep.equal(['two', 'three']);
    expect((await details('all'))?.log, 'none said, as BullMQ takes it').to.deep.equal(['one', 'two', 'three']);
  });

  it('keeps as many stack traces as stackTraceLimit says', async () => {
    await using queue = trial.queue('notes');
    for (const [jobId, stackTraceLimit] of [
      ['one', 1],
      ['none', 0],
    ] as const)
      await queue.add('note', { text: jobId }, { jobId, attempts: 3, backoff: 0, stackTraceLimit });
    await trial.work([
      handlerOf(note, ({ attempt }) => {
        throw new Error(`attempt ${attempt}`);
      }),
    ]);
    await Promise.all([ended('one'), ended('none')]);
    const traces = async (id: string) => (await queue.getJob(id))?.stacktrace?.map((trace) => trace.split('\n')[0]);
    expect(await traces('one')).to.deep.equal(['Error: attempt 3']);
    expect(await traces('none')).to.deep.equal([]);
  });

  it('comes back at the head of the queue when it is tried again at once, where lifo says so', async () => {
    await using queue = trial.queue('notes');
    for (const [jobId, lifo] of [
      ['plain', false],
      ['first', true],
    ] as const)
      await queue.add('note', { text: jobId }, { jobId, attempts: 2, backoff: 0, lifo });
    await queue.add('note', { text: 'other' }, { jobId: 'other' });
    const order: string[] = [];
    await trial.work([
      handlerOf(note, ({ id, attempt }) => {
        order.push(`${id} ${attempt}`);
        if (attempt === 1 && id !== 'other') throw new Error('not today');
        return { length: 1 };
      }),
    ]);
    expect(await Promise.all(['plain', 'first', 'other'].map(ended))).to.deep.equal(['acked', 'acked', 'acked']);
    expect(order).to.deep.equal(['first 1', 'first 2', 'plain 1', 'other 1', 'plain 2']);
  });

  it('says to the listeners of BullMQ that retries are exhausted when they are, and only then', async () => {
    await using queue = trial.queue('notes');
    const connection = RedisAddress.parse(redisUrl()).clientOptions() as QueueOptions['connection'];
    const listener = new QueueEvents('notes', { connection, prefix: trial.namespace, lastEventId: '0' });
    const exhausted: string[] = [];
    const isOver = new Promise<void>((resolve) => {
      listener.on('retries-exhausted', ({ jobId, attemptsMade }) => {
        exhausted.push(`${jobId} ${attemptsMade}`);
        if (jobId === 'last') resolve();
      });
    });
    try {
      await queue.add('note', { text: 'x' }, { jobId: 'unrecoverable', attempts: 5 });
      await queue.add('unknown', { text: 'x' }, { jobId: 'unhandled', attempts: 5 });
      await queue.add('note', { text: 'x' }, { jobId: 'tried', attempts: 2, backoff: 0 });
      await trial.work([
        handlerOf(note, ({ id }) => {
          throw id === 'unrecoverable' ? new UnrecoverableError('never') : new Error('not today');
        }),
      ]);
      await Promise.all(['unrecoverable', 'unhandled', 'tried'].map(ended));
      await queue.add('note', { text: 'x' }, { jobId: 'last', attempts: 5, backoff: 0 });
      await isOver;
      expect(exhausted).to.deep.equal(['tried 2', 'last 5']);
    } finally {
      await listener.close();
    }
  });
});
