import { Producer } from '@acktor/core';
import { expect } from 'chai';
import { recording } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { WorkerChild, type WorkerWish } from './worker-child.js';
import { WorkerTrial } from './worker-trial.js';

describe('a worker process', () => {
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const wish = (handler: WorkerWish['handler'], options: WorkerWish['options'] = {}): WorkerWish => ({
    handler,
    options: { redis: trial.url, namespace: trial.namespace, handleSignals: true, ...options },
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`finishes what it holds on ${signal}, and exits with 0`, async () => {
      await using child = await WorkerChild.start(wish('waits'));
      const receipt = await trial.producer.send(note, { text: 'hello' });
      const waiting = await trial.producer.send(note, { text: 'not begun' });
      await child.hears('handling');
      child.signal(signal);
      await child.logs('draining');
      child.order('finish');
      expect(await child.ended()).to.equal(0);
      expect(await receipt.result()).to.deep.equal({ length: 5 });
      await using queue = trial.queue('notes');
      expect(await (await queue.getJob(waiting.id))?.getState()).to.equal('waiting');
      expect(await queue.getActiveCount()).to.equal(0);
    });
  }

  it('takes no signal unless it is told to: a library does not end its host', async () => {
    await using child = await WorkerChild.start(wish('waits', { handleSignals: undefined }));
    await trial.producer.send(note, { text: 'hello' });
    await child.hears('handling');
    child.signal('SIGTERM');
    expect(await child.ended()).to.equal('SIGTERM');
    expect(child.reports.all.some((report) => report.kind === 'log' && report.message.includes('draining'))).to.equal(
      false,
    );
  });

  it('waits for every worker that it runs', async () => {
    await using child = await WorkerChild.start({ ...wish('waits'), hasCompany: true });
    const receipt = await trial.producer.send(note, { text: 'hello' });
    await child.hears('handling');
    child.signal('SIGTERM');
    await child.logs('has stopped');
    child.order('finish');
    expect(await child.ended()).to.equal(0);
    expect(await receipt.result()).to.deep.equal({ length: 5 });
  });

  it('requeues what does not finish in time, and exits with 0', async () => {
    await using child = await WorkerChild.start(wish('neverEnds', { drainMs: 20 }));
    const { id } = await trial.producer.send(note, { text: 'x' });
    await child.hears('handling');
    child.signal('SIGTERM');
    expect(await child.ended()).to.equal(0);
    await using queue = trial.queue('notes');
    expect(await (await queue.getJob(id))?.getState()).to.equal('waiting');
  });

  it('exits at once, with 1, on a second signal', async () => {
    await using child = await WorkerChild.start(wish('neverEnds'));
    await trial.producer.send(note, { text: 'x' });
    await child.hears('handling');
    child.signal('SIGTERM');
    await child.logs('draining');
    child.signal('SIGTERM');
    expect(await child.ended()).to.equal(1);
  });

  it('ends by itself after close(), with nothing left open', async () => {
    await using child = await WorkerChild.start(wish('measures'));
    child.order('close');
    await child.logs('has stopped');
    const stoppedAtMs = Date.now();
    expect(await child.ended()).to.equal(0);
    expect(Date.now() - stoppedAtMs, 'no timer is left that it waits for').to.be.lessThan(1_000);
  });

  it('loses no job when it is killed: another worker has it within a second', async () => {
    const { handler, deliveries } = recording(note, ({ data }) => ({ length: data.text.length }));
    await using child = await WorkerChild.start(wish('neverEnds'));
    const receipt = await trial.producer.send(note, { text: 'hello' });
    await child.hears('handling');
    await trial.work([handler]);
    const killedAtMs = Date.now();
    child.signal('SIGKILL');
    const { redelivered, fence } = await deliveries.first();
    expect({ redelivered, fence }).to.deep.equal({ redelivered: true, fence: 2 });
    expect(Date.now() - killedAtMs).to.be.lessThan(1_000);
    expect(await receipt.result()).to.deep.equal({ length: 5 });
  });

  it('starts, works and stops with a thousand consumers in 256 MB', async () => {
    await using child = await WorkerChild.start(wish('measures', { consumers: 1_000 }));
    await using producer = await Producer.connect({ redis: trial.url, namespace: trial.namespace });
    await producer.sendBulk(
      note,
      Array.from({ length: 2_000 }, (_, n) => ({ text: String(n) })),
      { each: ({ text }) => ({ id: `note-${text}` }) },
    );
    const receipts = Array.from({ length: 2_000 }, (_, n) => producer.receipt(note, `note-${n}`));
    await Promise.all(receipts.map((receipt) => receipt.result({ timeoutMs: 15_000 })));
    child.signal('SIGTERM');
    const { maxRssBytes } = await child.logs('has stopped');
    expect(await child.ended()).to.equal(0);
    expect(maxRssBytes / 1_048_576).to.be.lessThan(256);
  });
});
