import { DeadLetteredError } from '@acktor/core';
import { reject } from '@acktor/worker';
import { expect } from 'chai';
import { handlerOf, recording } from '../handler/handler-of.js';
import { call, hurried, note, ping } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { signal } from '../signals/signal.js';
import { untilAborted } from '../handler/until-aborted.js';
import { WorkerTrial } from './worker-trial.js';

const measure = handlerOf(note, ({ data }) => ({ length: data.text.length }));

describe('a worker', () => {
  it('handles what is sent, and the sender gets the result', async () => {
    await using trial = await WorkerTrial.open();
    await trial.work([measure]);
    const receipt = await trial.producer.send(note, { text: 'hello' });
    expect(await receipt.result({ timeoutMs: 5_000 })).to.deep.equal({ length: 5 });
  });

  it('handles what was sent before it started', async () => {
    await using trial = await WorkerTrial.open();
    const receipts = await Promise.all(['a', 'bb', 'ccc'].map((text) => trial.producer.send(note, { text })));
    await trial.work([measure]);
    const results = await Promise.all(receipts.map((receipt) => receipt.result({ timeoutMs: 5_000 })));
    expect(results.map(({ length }) => length)).to.deep.equal([1, 2, 3]);
  });

  it('handles a thousand jobs with ten consumers, each job once', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recording(ping, () => Promise.resolve());
    await trial.work([handler], { consumers: 10 });
    await trial.producer.sendBulk(
      ping,
      Array.from({ length: 1_000 }, (_, n) => ({ n })),
    );
    const handled = await deliveries.upTo(1_000);
    expect(new Set(handled.map(({ data }) => data.n)).size).to.equal(1_000);
  });

  it('handles jobs of a plain BullMQ client', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recording(note, ({ data }) => ({ length: data.text.length }));
    await trial.work([handler]);
    await using queue = trial.queue('notes');
    const job = await queue.add('note', { text: 'plain' });
    expect((await deliveries.first()).id).to.equal(job.id);
  });

  it('dead-letters a job of a plain BullMQ client that is off the contract, naming the path', async () => {
    await using trial = await WorkerTrial.open();
    await trial.work([measure]);
    await using queue = trial.queue('notes');
    await queue.add('note', { text: 7 }, { jobId: 'odd' });
    const error = await rejection(trial.producer.receipt(note, 'odd').result(), DeadLetteredError);
    expect(error.reason).to.contain('data.text');
  });

  it('settles a job whose stacks cannot be read, and all others with it', async () => {
    await using trial = await WorkerTrial.open();
    using redis = await plainRedis();
    const receipts = await Promise.all(['odd', 'fine'].map((id) => trial.producer.send(call, { number: id }, { id })));
    await redis.hset(`${trial.namespace}:calls:odd`, 'stacktrace', 'no JSON');
    await trial.work([
      handlerOf(call, ({ data }) => (data.number === 'odd' ? reject({ deadLetter: 'too odd' }) : undefined)),
    ]);
    const error = await rejection(receipts[0]?.result() ?? Promise.resolve(), DeadLetteredError);
    expect(error.reason).to.contain('too odd');
    await receipts[1]?.result();
  });

  it('dead-letters a job that it has no handler for, naming it', async () => {
    await using trial = await WorkerTrial.open();
    await trial.work([measure]);
    const receipt = await trial.producer.send(ping, { n: 1 });
    const error = await rejection(receipt.result(), DeadLetteredError);
    expect(error.reason).to.contain('"ping"').and.contain('notes');
  });

  it('tries again what throws, and then dead-letters it with reason and stack', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recording(note, ({ attempt }) => Promise.reject(new Error(`broken ${attempt}`)));
    await trial.work([handler]);
    const receipt = await trial.producer.send(note, { text: 'x' });
    const error = await rejection(receipt.result(), DeadLetteredError);
    expect(error.reason).to.equal('broken 3');
    expect(deliveries.all.map(({ attempt }) => attempt)).to.deep.equal([1, 2, 3]);
    expect(deliveries.all.map(({ fence }) => fence)).to.deep.equal([1, 2, 3]);
    await using queue = trial.queue('notes');
    expect((await queue.getJob(receipt.id))?.stacktrace).to.have.length(3);
  });

  it('does what the handler chose: requeue at once, retry later, dead letter', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recording(note, ({ fence }) => {
      if (fence === 1) return reject({ requeue: true });
      return fence === 2 ? reject({ retryInMs: 20 }) : reject({ deadLetter: 'enough of it' });
    });
    await trial.work([handler]);
    const error = await rejection((await trial.producer.send(note, { text: 'x' })).result(), DeadLetteredError);
    expect(error.reason).to.equal('enough of it');
    expect(deliveries.all.map(({ attempt }) => attempt)).to.deep.equal([1, 1, 2]);
  });

  it('consumes two queues, each with its own number of consumers', async () => {
    await using trial = await WorkerTrial.open();
    const bothRun = signal();
    const { handler: calls, deliveries: called } = recording(call, () => bothRun.given);
    const worker = await trial.work([measure, calls], { consumers: { calls: 2 } });
    expect(worker.queues).to.have.members(['notes', 'calls']);
    await trial.producer.sendBulk(
      call,
      ['1', '2', '3'].map((number) => ({ number })),
    );
    await called.upTo(2);
    const receipt = await trial.producer.send(note, { text: 'meanwhile' });
    await receipt.result({ timeoutMs: 5_000 });
    expect(called.all, 'two at a time').to.have.length(2);
    bothRun.give();
    await called.upTo(3);
  });

  it('handles delayed jobs when they are due', async () => {
    await using trial = await WorkerTrial.open();
    await trial.work([measure]);
    const sentAtMs = Date.now();
    const receipt = await trial.producer.send(note, { text: 'later' }, { delayMs: 80 });
    await receipt.result({ timeoutMs: 5_000 });
    expect(Date.now() - sentAtMs).to.be.within(80, 1_000);
  });

  it('handles each of several delayed jobs when it is due, though most consumers are idle', async () => {
    await using trial = await WorkerTrial.open();
    const startedAtMs = new Map<number, number>();
    const { handler, deliveries } = recording(ping, ({ data: { n } }) => void startedAtMs.set(n, Date.now()));
    await trial.work([handler], { consumers: 4 });
    const sentAtMs = Date.now();
    const delaysMs = [60, 140, 300, 700];
    await Promise.all(delaysMs.map((n) => trial.producer.send(ping, { n }, { delayMs: n })));
    await deliveries.upTo(delaysMs.length);
    for (const delayMs of delaysMs)
      expect((startedAtMs.get(delayMs) ?? 0) - sentAtMs).to.be.within(delayMs, delayMs + 1_000);
  });

  it('handles the urgent first', async () => {
    await using trial = await WorkerTrial.open();
    await trial.producer.send(ping, { n: 9 }, { priority: 9 });
    await trial.producer.send(ping, { n: 1 }, { priority: 1 });
    await trial.producer.send(ping, { n: 0 });
    const { handler, deliveries } = recording(ping, () => undefined);
    await trial.work([handler]);
    expect((await deliveries.upTo(3)).map(({ data }) => data.n)).to.deep.equal([0, 1, 9]);
  });

  it('lets a job go that takes longer than its deadline', async () => {
    await using trial = await WorkerTrial.open();
    await trial.work([handlerOf(hurried, untilAborted)]);
    const error = await rejection((await trial.producer.send(hurried, {})).result(), DeadLetteredError);
    expect(error.reason).to.contain('its deadline of 100 ms');
  });

  it('settles nothing of a job whose lease it lost, and goes on with others', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recording(note, ({ fence, signal: heard }) =>
      fence === 1 ? untilAborted({ signal: heard }) : { length: 2 },
    );
    await trial.work([handler], { leaseMs: 1_000 });
    const receipt = await trial.producer.send(note, { text: 'x' });
    const first = await deliveries.first();
    using client = await plainRedis();
    await client.set(`${trial.namespace}:notes:${receipt.id}:lock`, 'somebody-else|1', 'PX', 500);
    expect(await receipt.result({ timeoutMs: 5_000 })).to.deep.equal({ length: 2 });
    expect(first.signal.reason).to.have.property('code', 'ACKTOR_LEASE_LOST');
    expect(deliveries.all.map(({ redelivered }) => redelivered)).to.deep.equal([false, true]);
  });

  it('keeps progress and log lines where BullMQ clients look for them', async () => {
    await using trial = await WorkerTrial.open();
    await trial.work([
      handlerOf(note, async ({ progress, log }) => {
        await progress({ percent: 50 });
        await log('half way');
        return { length: 0 };
      }),
    ]);
    const receipt = await trial.producer.send(note, { text: 'x' });
    await receipt.result({ timeoutMs: 5_000 });
    await using queue = trial.queue('notes');
    expect((await queue.getJob(receipt.id))?.progress).to.deep.equal({ percent: 50 });
    expect((await queue.getJobLogs(receipt.id)).logs).to.deep.equal(['half way']);
  });

  it('logs its life at info, and never a payload', async () => {
    await using trial = await WorkerTrial.open();
    const worker = await trial.work([measure]);
    const receipt = await trial.producer.send(note, { text: 'secret-text' });
    await receipt.result({ timeoutMs: 5_000 });
    await worker.close();
    const infos = trial.log.lines.all.filter(({ level }) => level === 'info').map(({ message }) => message);
    expect(infos).to.deep.equal(['the worker runs', 'the worker has stopped']);
    expect(JSON.stringify(trial.log.lines.all)).not.to.contain('secret-text');
  });
});
