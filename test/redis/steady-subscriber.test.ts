import { expect } from 'chai';
import { EventEmitter } from 'node:events';
import type * as GuardModule from '../../packages/core/dist/engine/redis/connection/connection-guard.js';
import type * as SubscriberModule from '../../packages/core/dist/engine/redis/connection/steady-subscriber.js';
import { turn } from '../signals/signal.js';

const inside = (file: string) =>
  new URL(`../../../packages/core/dist/engine/redis/connection/${file}`, import.meta.url).href;
const { SteadySubscriber } = (await import(inside('steady-subscriber.js'))) as typeof SubscriberModule;
const { ConnectionGuard } = (await import(inside('connection-guard.js'))) as typeof GuardModule;

/** A client whose server confirms a subscription when the test says so. */
class SlowClient extends EventEmitter {
  readonly status = 'ready';
  readonly confirmations: (() => void)[] = [];

  ssubscribe(): Promise<void> {
    return new Promise((resolve) => this.confirmations.push(resolve));
  }

  async confirm(): Promise<void> {
    this.confirmations.shift()?.();
    await turn();
  }
}

describe('a steady subscriber', () => {
  it('is subscribed once the server has said so, after a reconnect as at first', async () => {
    const client = new SlowClient();
    const subscriber = new SteadySubscriber(new ConnectionGuard(client as never));
    const subscribed = subscriber.subscribeSharded('alive');
    expect(subscriber.isSubscribed).to.equal(false);
    await client.confirm();
    await subscribed;
    expect(subscriber.isSubscribed).to.equal(true);
    expect(subscriber.connections).to.equal(1);
    client.emit('close');
    client.emit('ready');
    expect(subscriber.connections).to.equal(2);
    expect(subscriber.isSubscribed, 'the connection is back, the subscription on its way').to.equal(false);
    await client.confirm();
    expect(subscriber.isSubscribed).to.equal(true);
  });
});
