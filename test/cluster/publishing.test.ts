// What is published in a cluster comes to queues on several servers: later, and all of it.
import { ClusterSet } from '@acktor/chaos';
import { bind, Producer, UnroutableError } from '@acktor/core';
import { expect } from 'chai';
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
});

function recorded() {
  const heard: string[] = [];
  return { heard, handler: handlerOf(mail, ({ data }) => void heard.push(data.to)) };
}
