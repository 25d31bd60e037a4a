// A publish whose reply is lost: repeated under the same ids, whatever was bound meanwhile.
import { bind, ConnectionLostError, Producer, SendUnconfirmedError, type Engine } from '@acktor/core';
import type { ExchangeStore, PublishCall } from '@acktor/core/engine';
import { memoryEngine } from '@acktor/testing';
import { expect } from 'chai';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { rejection } from '../server/rejection.js';
import { book, orders, tally } from './jobs.js';

type Publish = (store: ExchangeStore, call: PublishCall) => ReturnType<ExchangeStore['publish']>;

/** The engine, but for what becomes of each publish. */
function publishingBy(engine: Engine, publish: Publish): Engine {
  return {
    name: 'losing replies',
    openLiveness: (opening) => engine.openLiveness(opening),
    openFleet: (opening) => engine.openFleet(opening),
    openBroker: async (opening) => {
      const connected = await engine.openBroker(opening);
      const { broker, address } = connected;
      const store = broker.exchanges();
      const exchanges = () => replacing(store, { publish: (call: PublishCall) => publish(store, call) });
      return { broker: replacing(broker, { exchanges }), address, close: () => connected.close() };
    },
  };
}

/** The same object with other methods in place of its own. */
function replacing<Whole extends object>(whole: Whole, others: Partial<Whole>): Whole {
  return new Proxy(whole, {
    get: (of, name) => {
      const value: unknown = Reflect.get(name in others ? others : of, name);
      return typeof value === 'function' ? (value.bind(of) as unknown) : value;
    },
  });
}

describe('a publish whose reply is lost', () => {
  it('is repeated, and adds nothing more, though others have bound a job meanwhile', async () => {
    const memory = memoryEngine({ clock: 'machine' });
    await using other = await Producer.connect({ engine: memory });
    await other.exchanges().declare(orders);
    await other.exchanges().bind(bind(orders, tally, '#'));
    const calls: PublishCall[] = [];
    const engine = publishingBy(memory, async (store, call) => {
      calls.push(call);
      const answer = await store.publish(call);
      if (calls.length > 1) return answer;
      await other.exchanges().bind(bind(orders, book, '#'));
      throw new ConnectionLostError();
    });
    await using producer = await Producer.connect({ engine });
    const { routes } = await producer.publish(orders, 'a', { orderId: 'o-1' });
    expect(routes.map(({ queue, receipt }) => [queue, receipt.isDuplicate])).to.deep.equal([['tallies', false]]);
    expect(calls.map(({ isRepeat }) => isRepeat)).to.deep.equal([false, true]);
    expect(memory.sent().map(({ queue }) => queue)).to.deep.equal(['tallies']);
  });

  it('is unconfirmed when time is over', async () => {
    const memory = memoryEngine({ clock: 'machine' });
    const engine = publishingBy(memory, async () => {
      await nextTurn();
      throw new ConnectionLostError();
    });
    await using producer = await Producer.connect({ engine, sendTimeoutMs: 50 });
    await producer.exchanges().declare(orders);
    const fault = await rejection(
      producer.publish(orders, 'a', { orderId: 'o-1' }, { id: 'order-1' }),
      SendUnconfirmedError,
    );
    expect(fault.jobId).to.equal('order-1');
  });
});
