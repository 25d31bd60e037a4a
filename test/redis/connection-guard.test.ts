import { expect } from 'chai';
import { PrivateServer } from '@acktor/core/server';
import { connectBroker } from '@acktor/core/internal';
import { EventEmitter } from 'node:events';
import type * as GuardModule from '../../packages/core/dist/engine/redis/connection/connection-guard.js';
import { brokerOptions } from '../real-redis/real-redis.js';
import { rejection } from '../server/rejection.js';

const inside = new URL('../../../packages/core/dist/engine/redis/connection/connection-guard.js', import.meta.url).href;
const { ConnectionGuard } = (await import(inside)) as typeof GuardModule;

/** A client that no server has answered yet. */
class OpeningClient extends EventEmitter {
  status = 'connecting';

  disconnect(): void {
    this.status = 'end';
    this.emit('end');
  }
}

describe('a guarded connection', function () {
  this.timeout(30_000);

  it('is hung up at once when it was never whole, and what waited for it rejects', async () => {
    const client = new OpeningClient();
    const guard = new ConnectionGuard(client as never, 60_000);
    const waiting = guard.run(() => Promise.resolve('an answer'));
    const quit = guard.quit();
    expect(client.status).to.equal('end');
    await quit;
    expect(await waiting.catch((error: unknown) => error)).to.have.property('code', 'ACKTOR_CONNECTION_LOST');
  });

  it('says of every reading that is lost that nothing has changed', async () => {
    await using server = await PrivateServer.start();
    const connected = await connectBroker(brokerOptions({ redis: server.url, namespace: 'test-readings' }));
    await server.kill();
    const { broker } = connected;
    const readings = [
      broker.admin().deaths('notes'),
      broker.admin().knows('notes'),
      broker.deadLetters('notes').nowMs(),
      broker.admin().discoverQueues(),
    ];
    for (const reading of readings)
      expect((await rejection(reading, Error)).message).to.contain('nothing was read, and nothing has changed');
    await connected.close();
  });
});
