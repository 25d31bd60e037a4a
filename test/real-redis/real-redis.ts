// One real server for all tests of a run that want one, and a namespace for each test. The machine's own Redis is left alone.
import { PrivateServer } from '@acktor/core/server';
import type { ConnectedBroker } from '@acktor/core/engine';
import { connectBroker, type BrokerOptions } from '@acktor/core/internal';
import { randomUUID } from 'node:crypto';

let server: PrivateServer | undefined;

// At the top of a module these belong to the whole run, and run only when some test file of it came here.
before('starts a Redis', async function () {
  this.timeout(60_000);
  server = await PrivateServer.start();
});

after('ends that Redis', async () => {
  await server?.close();
});

/** The server's URL. To be asked for in a test, not while tests are loaded. */
export function redisUrl(): string {
  if (server === undefined) throw new Error('the Redis of the run starts with the first test');
  return server.url;
}

/** A BullMQ prefix that nobody used before. */
export function freshNamespace(): string {
  return `test-${randomUUID()}`;
}

/** The options of a broker on the run's server, in a namespace of its own. */
export function brokerOptions(options: Partial<BrokerOptions> = {}): BrokerOptions {
  return {
    redis: redisUrl(),
    namespace: freshNamespace(),
    durability: 'require',
    connectTimeoutMs: 10_000,
    name: 'acktor-test',
    ...options,
  };
}

export function openBroker(options: Partial<BrokerOptions> = {}): Promise<ConnectedBroker> {
  return connectBroker(brokerOptions(options));
}
