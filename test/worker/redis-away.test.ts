import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { recording } from '../handler/handler-of.js';
import { note, ping } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { signal, turn } from '../signals/signal.js';
import { WorkerTrial } from './worker-trial.js';

const LEASE_MS = 1_000;

describe('a worker whose Redis is killed', function () {
  this.timeout(40_000);

  it('keeps the result of what it finished meanwhile, and stores it when Redis is back', async () => {
    await using server = await PrivateServer.start({ settings: { appendfsync: 'always' } });
    await using trial = await WorkerTrial.open(server.url);
    const { handler, deliveries, mayEnd } = waiting();
    await trial.work([handler]);
    const receipt = await trial.producer.send(note, { text: 'hello' });
    await deliveries.first();
    await server.kill();
    await trial.log.said('the server is away');
    mayEnd.give();
    await trial.log.said('handled');
    await server.restart();
    expect(await receipt.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 5 });
    expect(deliveries.all, 'it ran once').to.have.length(1);
  });

  it('loses nothing that was accepted, and is at work again by itself', async () => {
    await using server = await PrivateServer.start({ settings: { appendfsync: 'always' } });
    await using trial = await WorkerTrial.open(server.url);
    const { handler, deliveries } = recording(ping, () => Promise.resolve());
    await trial.work([handler], { consumers: 10 });
    const sent = trial.producer.sendBulk(
      ping,
      Array.from({ length: 1_500 }, (_, n) => ({ n })),
    );
    for (const count of [200, 700]) {
      await deliveries.upTo(count);
      await server.kill();
      await server.restart();
    }
    expect((await sent).sent).to.equal(1_500);
    await using queue = trial.queue('notes');
    for (let done = 0; done < 1_500;) {
      await deliveries.first(({ data }) => data.n >= 0);
      done = (await queue.getJobCounts('completed'))['completed'] ?? 0;
    }
    expect(new Set(deliveries.all.map(({ data }) => data.n)).size).to.equal(1_500);
    expect(await queue.getJobCounts('active', 'failed', 'waiting')).to.deep.equal({ active: 0, failed: 0, waiting: 0 });
  });

  it('runs a handler once that was at work for longer than its lease while Redis was away, though others look for work', async () => {
    await using server = await PrivateServer.start({ settings: { appendfsync: 'always' } });
    await using trial = await WorkerTrial.open(server.url);
    const { handler, deliveries, mayEnd } = waiting();
    const receipt = await trial.producer.send(note, { text: 'hello' });
    await Promise.all([1, 2].map(() => trial.work([handler], { leaseMs: LEASE_MS })));
    await deliveries.first();
    await server.kill();
    const backAtMs = performance.now() + 1.5 * LEASE_MS;
    while (performance.now() < backAtMs) await turn();
    await server.restart();
    using redis = await plainRedis(server.url);
    // The fleet has looked for what is to be given back, and its hold-off is over.
    const suspects = `${trial.namespace}:notes:acktor:suspects`;
    for (let isOver = false; !isOver;) {
      const [[seconds], until] = await Promise.all([redis.time(), redis.hget(suspects, '#until')]);
      isOver = Number(until) > 0 && Number(seconds) * 1_000 > Number(until) + 1_000;
    }
    mayEnd.give();
    expect(await receipt.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 5 });
    expect(deliveries.all, 'it ran once').to.have.length(1);
  });

  it('can be closed while Redis is away', async () => {
    await using server = await PrivateServer.start();
    await using trial = await WorkerTrial.open(server.url);
    const { handler } = recording(ping, () => undefined);
    const worker = await trial.work([handler], { drainMs: 0 });
    await server.kill();
    await trial.log.said('the server is away');
    await worker.close();
  });
});

/** A handler that ends when it may. */
function waiting() {
  const mayEnd = signal();
  const measure = recording(note, async ({ data }) => {
    await mayEnd.given;
    return { length: data.text.length };
  });
  return { ...measure, mayEnd };
}
