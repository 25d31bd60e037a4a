// The proxy of `npm run chaos`, between a client and a real server.
import { isCall, Proxy, type Call } from '@acktor/chaos';
import { PrivateServer } from '@acktor/core/server';
import { connectRedis, RedisAddress } from '@acktor/core/internal';
import { expect } from 'chai';
import type { Redis } from 'ioredis';

describe('the proxy that injects faults', () => {
  let server: PrivateServer;
  let proxy: Proxy;

  before(async function () {
    this.timeout(60_000);
    server = await PrivateServer.start({ port: 0 });
  });
  beforeEach(async () => {
    proxy = await Proxy.start(portOf(server));
  });
  afterEach(() => proxy[Symbol.asyncDispose]());
  after(() => server.close());

  it('passes calls and replies, whatever their size', async () => {
    using client = await through(proxy);
    const long = 'x'.repeat(300_000);
    await client.set('long', long);
    expect(await client.get('long')).to.equal(long);
    expect(await client.lrange('none', 0, -1)).to.deep.equal([]);
  });

  it('swallows the reply of the call that it waits for: the server ran it, and a client that resends runs it twice', async () => {
    using client = await through(proxy);
    const caught = proxy.intercept({ matches: isIncrement, part: 'reply', nth: 2 });
    expect(await client.incr('counter')).to.equal(1);
    const second = client.incr('counter');
    (await caught).drop();
    expect(await second).to.equal(3);
  });

  it('holds a call until it is decided', async () => {
    using client = await through(proxy);
    using direct = await straightTo(server);
    const caught = proxy.intercept({ matches: isSet, part: 'call' });
    const setting = client.set('held', '1');
    const there = await caught;
    expect(await direct.get('held')).to.equal(null);
    there.release();
    await setting;
    expect(await direct.get('held')).to.equal('1');
  });

  it('cuts the connections of a name, and no others', async () => {
    using doomed = await through(proxy, 'doomed');
    using spared = await through(proxy, 'spared');
    const gone = new Promise((resolve) => doomed.once('close', resolve));
    proxy.cut('doomed');
    await gone;
    expect(await spared.ping()).to.equal('PONG');
  });

  it('delivers after a blackout what was said in it', async () => {
    using client = await through(proxy);
    using direct = await straightTo(server);
    proxy.blackOut();
    const setting = client.set('dark', '1');
    expect(await direct.get('dark')).to.equal(null);
    proxy.heal();
    await setting;
    expect(await direct.get('dark')).to.equal('1');
  });

  it('keeps the order of what it passes on, whatever each piece takes', async () => {
    using client = await through(proxy);
    const delays = [40, 25, 10, 0];
    let piece = 0;
    proxy.delay(() => delays[piece++ % delays.length] ?? 0);
    const answers: Promise<string>[] = [];
    const askUpTo = async (count: number) => {
      while (answers.length < count) {
        answers.push(client.echo(String(answers.length)));
        // One after another, as pieces come on a wire.
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await askUpTo(300);
    proxy.delay(() => 0);
    await askUpTo(320);
    expect(await Promise.all(answers)).to.deep.equal(Array.from({ length: 320 }, (_, i) => String(i)));
  });

  it("tells a worker's calls apart by their connection and words", () => {
    const channel = (...words: string[]): Call => ({
      connection: 'acktor-worker',
      words: ['evalsha', 'digest', '1', 'bull:q:wait', ...words],
    });
    expect(isCall('fetch')(channel('fetch', '1', 'token'))).to.equal(true);
    expect(isCall('fetch')(channel('ack', '7', 'id', 'fetch', '1', 'token'))).to.equal(false);
    expect(isCall('ack')(channel('ack', '7', 'id', 'fetch', '1', 'token'))).to.equal(true);
    expect(isCall('reject')(channel('requeue', '6', 'id'))).to.equal(true);
  });
});

function isIncrement({ words: [command] }: Call): boolean {
  return command === 'incr';
}

function isSet({ words: [command] }: Call): boolean {
  return command === 'set';
}

function through(proxy: Proxy, name = 'client'): Promise<Redis & Disposable> {
  return connected(proxy.url, name);
}

function straightTo(server: PrivateServer): Promise<Redis & Disposable> {
  return connected(server.url, 'direct');
}

/** Dropped with its scope. */
async function connected(url: string, name: string): Promise<Redis & Disposable> {
  const client = await connectRedis(RedisAddress.parse(url), { name });
  return Object.assign(client, { [Symbol.dispose]: () => client.disconnect() });
}

function portOf({ address: { endpoint } }: PrivateServer): number {
  if (endpoint.kind !== 'tcp') throw new Error('expected a server on a port');
  return endpoint.port;
}
