// What is published in a cluster comes to queues on several servers: later, and all of it.
import { ClusterSet } from '@acktor/chaos';
import { bind, job, Producer, SendRefusedError, UnroutableError } from '@acktor/core';
import { expect } from 'chai';
import { Cluster } from 'ioredis';
import { handlerOf } from '../handler/handler-of.js';
import { book, mail, orders, tally } from '../routing/jobs.js';
import { rejection } from '../server/rejection.js';
import { until } from '../signals/until.js';
import { WorkerTrial } from '../worker/worker-trial.js';

describe('a publish in a cluster', function () {
  this.timeout(60_000);
  let set: ClusterSet;
  let trial: WorkerTrial;

  before(async () => {
    set = await ClusterSet.start();
  });
  after(() => set[Symbol.asyncDispose]());
  beforeEach(async () => {
    trial = await WorkerTrial.open(set.url);
    await trial.producer.exchanges().declare(orders);
    await trial.producer.exchanges().bind(bind(orders, book, '#'), bind(orders, tally, '#'), bind(orders, mail, 'eu'));
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  it('comes to the workers of queues in several slots', async () => {
    const { handler, heard } = recorded();
    await trial.work([handlerOf(book, () => ({ page: 1 })), handlerOf(tally, () => undefined), handler]);
    const sent = await trial.producer.publish(orders, 'eu', { orderId: 'o-1' });
    expect(sent.routes.map(({ queue }) => queue)).to.have.members(['books', 'tallies', 'mails']);
    expect(await sent.receiptOf(book)?.result({ timeoutMs: 20_000 })).to.deep.equal({ page: 1 });
    for (const { receipt } of sent.routes) await receipt.result({ timeoutMs: 20_000 });
    expect(heard).to.deep.equal(['o-1@example.com']);
    await trial.producer.exchanges().delete(orders);
    await trial.producer.exchanges().declare(orders);
    await rejection(trial.producer.publish(orders, 'eu', { orderId: 'o-1' }, { mandatory: true }), UnroutableError);
  });

  it('is forwarded by another process when its publisher is gone, in the order of the publishes', async () => {
    const { namespace } = trial;
    const publisher = await Producer.connect({ redis: set.url, namespace });
    for (let n = 0; n < 50; n += 1) await publisher.publish(orders, 'us', { orderId: `o-${n}` });
    await publisher.close();
    const seen: string[] = [];
    await trial.work([handlerOf(tally, ({ data }) => void seen.push(data.orderId))], { consumers: 1 });
    await until('all have come', () => seen.length >= 50);
    expect(seen).to.deep.equal(Array.from({ length: 50 }, (_, n) => `o-${n}`));
  });

  it('adds once what is published again under its id', async () => {
    for (const attempt of ['first', 'again']) {
      const sent = await trial.producer.publish(orders, 'us', { orderId: attempt }, { id: 'order-1' });
      expect(sent.routes.map(({ receipt }) => receipt.id)).to.deep.equal(['order-1', 'order-1']);
    }
    await trial.producer.publish(orders, 'us', { orderId: 'last' });
    const seen: string[] = [];
    await trial.work([handlerOf(tally, ({ data }) => void seen.push(data.orderId))], { consumers: 1 });
    await until('the last has come', () => seen.includes('last'));
    expect(seen).to.deep.equal(['first', 'last']);
  });

  it('refuses no message for the length of a queue, which is on another server', async () => {
    const short = job('short', { queue: 'shorts', data: orders.data, maxLength: { jobs: 1 } });
    await trial.producer.exchanges().bind(bind(orders, short, 'us'));
    for (const orderId of ['1', '2', '3']) await trial.producer.publish(orders, 'us', { orderId });
    const seen: string[] = [];
    await trial.work([handlerOf(short, ({ data }) => void seen.push(data.orderId))], { consumers: 1 });
    await until('all have come', () => seen.length === 3);
  });

  it('is refused while ten thousand wait for a queue that takes none, and goes on when it does', async () => {
    const nodes = set.nodes.map(({ server: { address } }) => address.endpoint as { host: string; port: number });
    const client = new Cluster(nodes);
    try {
      const outboxes = `${trial.namespace}:{acktor-exchanges}:acktor:outboxes`;
      const publish = () => trial.producer.publish(orders, 'us', { orderId: 'o-1' });
      await client.set(`${trial.namespace}:{tallies}:wait`, 'a text where a list should be');
      await publish();
      const jobs = Array.from({ length: 10_000 }, (_, i) => [String(i + 1), `j${i}`, 'note', '{}', '{}']);
      await client.lpush(`${outboxes}:{tallies}`, ...jobs.flat().toReversed());
      await until('a publish is refused', async () => (await outcomeOf(publish())) instanceof SendRefusedError);
      await client.del(`${trial.namespace}:{tallies}:wait`);
      await until('publishes are taken again', async () => (await outcomeOf(publish())) === undefined);
    } finally {
      client.disconnect();
    }
  });
});

/** What a promise rejects with; undefined where it resolves. */
const outcomeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

function recorded() {
  const heard: string[] = [];
  return { heard, handler: handlerOf(mail, ({ data }) => void heard.push(data.to)) };
}
