import { expect } from 'chai';
import { handlerOf, recording } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { note, ping } from '../jobs/notes.js';
import { signal } from '../signals/signal.js';
import { WorkerTrial } from './worker-trial.js';

describe('a worker that is closed', () => {
  it('finishes what it holds, fetches no more, and leaves nothing active', async () => {
    await using trial = await WorkerTrial.open();
    const mayEnd = signal();
    const { handler, deliveries } = recording(ping, () => mayEnd.given);
    const worker = await trial.work([handler], { consumers: 3 });
    await trial.producer.sendBulk(
      ping,
      Array.from({ length: 10 }, (_, n) => ({ n })),
    );
    await deliveries.upTo(3);
    const closed = worker.close();
    mayEnd.give();
    await closed;
    await using queue = trial.queue('notes');
    expect(await queue.getJobCounts('active', 'completed', 'waiting')).to.deep.equal({
      active: 0,
      completed: 3,
      waiting: 7,
    });
  });

  it('requeues what does not finish within drainMs, aborts it, and leaves nothing active', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recording(note, untilAborted);
    const worker = await trial.work([handler], { consumers: 2, drainMs: 30 });
    const [first, second] = await Promise.all(['a', 'b'].map((text) => trial.producer.send(note, { text })));
    const held = await deliveries.upTo(2);
    await worker.close();
    expect(held.map(({ signal: heard }) => (heard.reason as { code?: string }).code)).to.deep.equal([
      'ACKTOR_SHUTDOWN',
      'ACKTOR_SHUTDOWN',
    ]);
    await using queue = trial.queue('notes');
    expect(await queue.getJobCounts('active', 'waiting')).to.deep.equal({ active: 0, waiting: 2 });
    expect((await queue.getJob(first?.id ?? ''))?.attemptsMade, 'no attempt is counted').to.equal(0);
    expect(second?.isDuplicate).to.equal(false);
  });

  it('requeues also what never lets go', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recording(note, () => new Promise<never>(() => undefined));
    const worker = await trial.work([handler], { drainMs: 0 });
    await trial.producer.send(note, { text: 'x' });
    await deliveries.first();
    await worker.close();
    await using queue = trial.queue('notes');
    expect(await queue.getJobCounts('active', 'waiting')).to.deep.equal({ active: 0, waiting: 1 });
  });

  it('may be closed twice, and tells everybody who waits', async () => {
    await using trial = await WorkerTrial.open();
    const worker = await trial.work([handlerOf(note, () => ({ length: 0 }))]);
    const stopped = worker.stopped();
    await Promise.all([worker.close(), worker.close()]);
    await stopped;
    await worker.close();
  });

  it('is closed by its scope', async () => {
    await using trial = await WorkerTrial.open();
    let stopped: Promise<void>;
    {
      await using worker = await trial.work([handlerOf(note, () => ({ length: 0 }))]);
      stopped = worker.stopped();
    }
    await stopped;
  });

  it('hands what it gave back to the next worker at once', async () => {
    await using trial = await WorkerTrial.open();
    const stuck = recording(note, () => new Promise<never>(() => undefined));
    const first = await trial.work([stuck.handler], { drainMs: 0 });
    const receipt = await trial.producer.send(note, { text: 'hello' });
    await stuck.deliveries.first();
    const { handler, deliveries } = recording(note, ({ data }) => ({ length: data.text.length }));
    await trial.work([handler]);
    await first.close();
    expect(await receipt.result({ timeoutMs: 2_000 })).to.deep.equal({ length: 5 });
    expect((await deliveries.first()).redelivered, 'it was given back, not lost').to.equal(false);
  });
});
