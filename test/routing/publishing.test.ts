// Publishing on a real Redis: from exchanges and bindings that other programs made, to workers and plain BullMQ clients.
import {
  bind,
  ExchangeMismatchError,
  ExchangeNotFoundError,
  exchange,
  job,
  NameError,
  OptionsError,
  PayloadError,
  Producer,
  QueueFullError,
  SendRefusedError,
  UnroutableError,
} from '@acktor/core';
import { expect } from 'chai';
import { z } from 'zod';
import { handlerOf } from '../handler/handler-of.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { audit, book, byHeaders, byRegion, everything, mail, orders, tally } from './jobs.js';

const order = { orderId: 'o-1' };

describe('a publish', () => {
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const declare = async (...bindings: readonly ReturnType<typeof bind>[]) => {
    await trial.producer.exchanges().declare(orders, everything, byRegion, byHeaders);
    await trial.producer.exchanges().bind(...bindings);
  };
  const waiting = async (queue: string) => {
    await using plain = trial.queue(queue);
    return (await plain.getJobs(['wait', 'prioritized', 'delayed'])).map(({ name, data }) => [name, data as unknown]);
  };

  it('comes to a worker of each queue, with its key, and answers with a receipt for each', async () => {
    await declare(bind(orders, book, 'order.*.created'), bind(orders, tally, 'order.#'));
    const seen: unknown[] = [];
    const booking = handlerOf(book, ({ published, data, meta }) => {
      seen.push({ published, data, meta });
      return { page: 7 };
    });
    await trial.work([booking, handlerOf(tally, () => undefined)]);
    const sent = await trial.producer.publish(orders, 'order.eu.created', order, { meta: { tenant: 'acme' } });
    expect(sent.routes.map(({ queue, job: name }) => [queue, name])).to.have.deep.members([
      ['books', 'book'],
      ['tallies', 'tally'],
    ]);
    expect(await sent.receiptOf(book)?.result({ timeoutMs: 10_000 })).to.deep.equal({ page: 7 });
    for (const { receipt } of sent.routes) await receipt.result({ timeoutMs: 10_000 });
    expect(sent.receiptOf(audit)).to.equal(undefined);
    const published = { exchange: 'orders', routingKey: 'order.eu.created' };
    expect(seen).to.deep.equal([{ published, data: order, meta: { tenant: 'acme' } }]);
  });

  it('is mapped at the worker for a job of another payload', async () => {
    await declare(bind(orders, mail, '#'));
    const to: string[] = [];
    await trial.work([handlerOf(mail, ({ data }) => void to.push(data.to))]);
    const sent = await trial.producer.publish(orders, 'order.eu.created', order);
    await sent.receiptOf(mail)?.result({ timeoutMs: 10_000 });
    await (await trial.producer.send(mail, { to: 'x@example.com' })).result({ timeoutMs: 10_000 });
    expect(to).to.deep.equal(['o-1@example.com', 'x@example.com']);
  });

  it('follows at once what another program binds and unbinds', async () => {
    await using other = await Producer.connect({ redis: trial.url, namespace: trial.namespace });
    await declare();
    const routes = async () => (await trial.producer.publish(orders, 'a', order)).routes.map(({ queue }) => queue);
    expect(await routes()).to.deep.equal([]);
    await other.exchanges().bind(bind(orders, tally, 'a'));
    expect(await routes()).to.deep.equal(['tallies']);
    await other.exchanges().bind(bind(orders, book, '#'));
    expect(await routes()).to.have.members(['tallies', 'books']);
    await other.exchanges().unbind(bind(orders, tally, 'a'));
    expect(await routes()).to.deep.equal(['books']);
    await other.exchanges().delete('orders');
    await rejection(trial.producer.publish(orders, 'a', order), ExchangeNotFoundError);
  });

  it('finds an exchange that was declared after it had looked', async () => {
    await rejection(trial.producer.publish(orders, 'a', order), ExchangeNotFoundError);
    await declare();
    expect((await trial.producer.publish(orders, 'a', order)).routes).to.deep.equal([]);
  });

  it('of many at once, while others change the exchanges, loses none', async () => {
    await declare(bind(everything, tally));
    await using other = await Producer.connect({ redis: trial.url, namespace: trial.namespace });
    const over = new AbortController();
    const changing = (async () => {
      for (let n = 0; !over.signal.aborted; n += 1) {
        await other.exchanges().bind(bind(orders, book, `x${n % 5}`));
        await other.exchanges().unbind(bind(orders, book, `x${(n + 2) % 5}`));
      }
    })();
    const sent = await Promise.all(
      Array.from({ length: 200 }, (_, n) => trial.producer.publish(everything, '', { orderId: `o-${n}` })),
    );
    over.abort();
    await changing;
    expect(sent.every(({ routes }) => routes.length === 1)).to.equal(true);
    expect(await waiting('tallies')).to.have.length(200);
  });

  it('adds nothing to any queue where one is full', async () => {
    const bounded = job('bounded', { queue: 'bounded', data: orders.data, maxLength: { jobs: 1 } });
    await declare(bind(orders, tally, '#'), bind(orders, bounded, '#'));
    await trial.producer.publish(orders, 'a', order);
    const fault = await rejection(trial.producer.publish(orders, 'a', order), QueueFullError);
    expect(fault).to.include({ queue: 'bounded', most: 1, waiting: 1 });
    expect([(await waiting('tallies')).length, (await waiting('bounded')).length]).to.deep.equal([1, 1]);
  });

  it('adds nothing to any queue where one holds another kind of key', async () => {
    await declare(bind(orders, tally, '#'), bind(orders, book, '#'));
    using redis = await plainRedis();
    // Whichever the message was routed to first.
    for (const [bad, good] of [
      ['books', 'tallies'],
      ['tallies', 'books'],
    ] as const) {
      await redis.set(`${trial.namespace}:${bad}:wait`, 'no list');
      const fault = await rejection(trial.producer.publish(orders, 'a', order), SendRefusedError);
      expect(fault.message).to.include(`${trial.namespace}:${bad}:wait holds a string`);
      expect(await waiting(good)).to.deep.equal([]);
      await redis.del(`${trial.namespace}:${bad}:wait`);
    }
  });

  it('adds nothing to any queue where the user may not write to one', async () => {
    await declare(bind(orders, tally, '#'), bind(orders, book, '#'));
    using redis = await plainRedis();
    const { namespace } = trial;
    const keys = ['acktor-exchanges', 'tallies'].map((queue) => `~${namespace}:${queue}:*`);
    await redis.acl('SETUSER', 'kept', 'reset', 'on', '>secret', '+@all', '&*', `~${namespace}:acktor-queues`, ...keys);
    const url = trial.url.startsWith('unix:')
      ? `${trial.url}?username=kept&password=secret`
      : trial.url.replace('://', '://kept:secret@');
    await using kept = await Producer.connect({ redis: url, namespace, durability: 'off' });
    const fault = await rejection(kept.publish(orders, 'a', order), SendRefusedError);
    expect(fault.message).to.include('NOPERM');
    expect(await waiting('tallies')).to.deep.equal([]);
    await redis.acl('DELUSER', 'kept');
  });

  it('refuses with mandatory what nothing is bound to, and hands it to an alternate before', async () => {
    await declare();
    await rejection(trial.producer.publish(orders, 'a', order, { mandatory: true }), UnroutableError);
    expect((await trial.producer.publish(orders, 'a', order)).routes).to.deep.equal([]);
    const caught = exchange('caught', { type: 'topic', data: orders.data, alternate: everything });
    await trial.producer.exchanges().declare(caught);
    const unroutable = trial.producer.publish(caught, 'b.c', order, { mandatory: true });
    expect((await rejection(unroutable, UnroutableError)).routingKey).to.equal('b.c');
    await trial.producer.exchanges().bind(bind(everything, tally));
    const sent = await trial.producer.publish(caught, 'b.c', order, { mandatory: true });
    expect(sent.routes.map(({ queue }) => queue)).to.deep.equal(['tallies']);
  });

  it('gives each of two jobs of a queue an id, the same for a repeat, which adds nothing', async () => {
    await declare(bind(orders, book, '#'), bind(orders, audit, '#'), bind(orders, tally, '#'));
    const first = await trial.producer.publish(orders, 'a', order, { id: 'order-1' });
    const again = await trial.producer.publish(orders, 'a', order, { id: 'order-1' });
    const ids = ({ routes }: typeof first) => routes.map(({ receipt }) => receipt.id);
    expect(ids(again)).to.deep.equal(ids(first));
    expect(new Set(ids(first)).size).to.equal(3);
    expect(first.receiptOf(tally)?.id).to.equal('order-1');
    expect(again.routes.map(({ receipt }) => receipt.duplicateOf)).to.deep.equal(['waiting', 'waiting', 'waiting']);
    expect((await waiting('books')).map(([name]) => name)).to.have.members(['book', 'audit']);
  });

  it('has all that a send has: a priority, a delay, a key, an expiry', async () => {
    await declare(bind(everything, tally), bind(everything, book));
    await trial.producer.publish(everything, '', { orderId: 'late' }, { delayMs: 60_000 });
    await trial.producer.publish(everything, '', { orderId: 'urgent' }, { priority: 3, expiresInMs: 60_000 });
    for (const orderId of ['first', 'second']) await trial.producer.publish(everything, '', { orderId }, { key: 'k' });
    await using plain = trial.queue('tallies');
    const states = async (...kinds: Parameters<typeof plain.getJobs>[0] & string[]) =>
      (await plain.getJobs(kinds)).map((each) => (each.data as typeof order).orderId);
    expect(await states('delayed')).to.deep.equal(['late']);
    expect(await states('prioritized')).to.deep.equal(['urgent']);
    expect(await states('wait'), 'the second waits for its turn').to.deep.equal(['first']);
  });

  it('is refused before anything is sent where it is off the contract', async () => {
    await declare(bind(byRegion, tally, 'eu'));
    const fault = await rejection(trial.producer.publish(orders, 'a', {} as never), PayloadError);
    expect(fault.message).to.match(/^payload of exchange orders: data.orderId: /);
    await rejection(trial.producer.publish(byRegion, 'asia' as never, order), NameError);
    await rejection(trial.producer.publish(orders, 'x'.repeat(256), order), NameError);
    await rejection(trial.producer.publish(orders, 'a', order, { reuseId: 'whenDone' } as never), OptionsError);
    const other = exchange('orders', { type: 'fanout', data: z.object({ orderId: z.string() }) });
    await rejection(trial.producer.publish(other, 'a', order), ExchangeMismatchError);
    expect(await waiting('tallies')).to.deep.equal([]);
    await trial.producer.publish(byRegion, 'eu', order);
    expect(await waiting('tallies')).to.have.length(1);
  });

  it('lists what is bound, and says where a key would go', async () => {
    await declare(bind(orders, book, 'order.#'), bind(orders, everything, '#'), bind(everything, tally));
    const exchanges = trial.producer.exchanges();
    const listed = await exchanges.list();
    expect(listed.map(({ name, type, bindings }) => [name, type, bindings.length])).to.deep.equal([
      ['by-headers', 'headers', 0],
      ['by-region', 'direct', 0],
      ['everything', 'fanout', 1],
      ['orders', 'topic', 2],
    ]);
    expect((await exchanges.route(orders, 'order.eu')).map(({ queue }) => queue)).to.have.members(['books', 'tallies']);
    expect(await waiting('books')).to.deep.equal([]);
  });

  it('is declared at once by many programs', async () => {
    const bindings = Array.from({ length: 20 }, (_, n) => bind(orders, tally, `key.${n}`));
    await declare();
    await Promise.all(bindings.map((each) => trial.producer.exchanges().bind(each)));
    const [listed] = (await trial.producer.exchanges().list()).filter(({ name }) => name === 'orders');
    expect(listed?.bindings).to.have.length(20);
  });
});
