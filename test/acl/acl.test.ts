import { Events, Producer, ResultTimeoutError, SendRefusedError, ServerRefusalError } from '@acktor/core';
import { connectRedis, RedisAddress } from '@acktor/core/internal';
import { expect } from 'chai';
import { everyFeatureWorks, type Doors } from '../engines/features.js';
import { note } from '../jobs/notes.js';
import { freshNamespace } from '../real-redis/real-redis.js';
import { ask } from '../server/project.js';
import { rejection } from '../server/rejection.js';
import { Heard } from '../signals/heard.js';
import { TlsServer } from '../tls/tls-server.js';
import { lineOf, roles } from './documented.js';

/** Nobody's. */
const forbidden: readonly (readonly string[])[] = [
  ['FLUSHALL'],
  ['KEYS', '*'],
  ['CONFIG', 'SET', 'appendonly', 'no'],
  ['ACL', 'LIST'],
  ['GET', 'another:key'],
  ['SET', 'another:key', 'x'],
  ['PUBLISH', 'another:channel', 'x'],
  ['EVAL', "return redis.call('GET', 'another:key')", '0'],
];

/** Of another role. */
const foreign: Readonly<Record<(typeof roles)[number], readonly (readonly string[])[]>> = {
  producer: [
    ['BZPOPMIN', 'test-x:notes:marker', '0'],
    ['SUBSCRIBE', 'test-x:notes:acktor:control'],
    ['SSUBSCRIBE', 'test-x:notes:acktor:alive:x'],
    ['SCAN', '0'],
    ['EVAL', "return redis.call('RPOPLPUSH', KEYS[1], KEYS[2])", '2', 'test-x:notes:wait', 'test-x:notes:active'],
  ],
  worker: [
    ['SCAN', '0'],
    ['XREAD', 'STREAMS', 'test-x:notes:events', '0'],
    ['RENAME', 'test-x:notes:wait', 'test-x:notes:paused'],
  ],
  operator: [
    ['BZPOPMIN', 'test-x:notes:marker', '0'],
    ['SSUBSCRIBE', 'test-x:notes:acktor:alive:x'],
    ['XREAD', 'STREAMS', 'test-x:notes:events', '0'],
  ],
};

describe('a server with TLS and a user for each role, as the docs have them', function () {
  this.timeout(60_000);
  let tls: TlsServer;
  const door = (role: string) => tls.url({ ca: tls.certificates.ca }, `${role}:${role}-password`);
  const doors = (): Doors => ({ producer: door('producer'), worker: door('worker'), operator: door('operator') });

  before(async () => {
    tls = await TlsServer.start();
    // A test's namespace is its own, and not the one in the docs.
    for (const role of roles) await ask(tls.server, ...words((await lineOf(role)).replaceAll('bull:*', 'test-*:*')));
  });

  after(() => tls[Symbol.asyncDispose]());

  everyFeatureWorks(doors);

  it('confirms to a producer by its replicas', async () => {
    await using producer = await Producer.connect({
      redis: door('producer'),
      namespace: freshNamespace(),
      confirm: { replicas: 1 },
      confirmTimeoutMs: 20,
    });
    await producer
      .send(note, { text: 'x' })
      .catch((error: Error) => expect(error.message).to.contain('0 of 1 replicas'));
  });

  it("follows events and a job's progress as the producer", async () => {
    const place = { redis: door('producer'), namespace: freshNamespace() };
    await using producer = await Producer.connect(place);
    await using events = await Events.connect(place);
    const heard = new Heard<string>();
    await events.on(note, 'sent', ({ id }) => heard.push(id));
    await events.on(note, 'retried', ({ id }) => heard.push(id));
    const receipt = await producer.send(note, { text: 'x' }, { delayMs: 60_000 });
    expect(await heard.first()).to.equal(receipt.id);
    await rejection(all(receipt.progress({ timeoutMs: 50 })), ResultTimeoutError);
  });

  it('denied nothing that was needed', async () => {
    const log = (await ask(tls.server, 'ACL', 'LOG')) as readonly (readonly unknown[])[];
    const denied = log.map((entry) => `${String(entry[9])}: ${String(entry[7])}`);
    // What a server does not tell is not held against it.
    expect(denied.filter((each) => !each.endsWith('config|get'))).to.deep.equal([]);
  });

  it('leaves a job whole that it may not move out of the place of a part of its queue', async () => {
    const namespace = freshNamespace();
    await using producer = await Producer.connect({ redis: door('producer'), namespace });
    await producer.send(note, { text: 'x' });
    const prefix = `${namespace}:${note.queue}:`;
    const misplaced = ['HSET', `${prefix}delayed`, 'name', 'a', 'timestamp', '1', 'data', '{}'] as const;
    await ask(tls.server, ...misplaced);
    const refused = await rejection(producer.send(note, { text: 'y' }, { delayMs: 1_000 }), SendRefusedError);
    expect(refused.message).to.contain(`${prefix}delayed holds a hash where the queue keeps a zset`);
    expect(await ask(tls.server, 'HLEN', `${prefix}delayed`)).to.equal(3);
    expect(await ask(tls.server, 'EXISTS', `${prefix}delayed-misplaced`)).to.equal(0);
  });

  it('refuses a producer that asks who consumes, which takes more rights', async () => {
    await using producer = await Producer.connect({ redis: door('producer'), namespace: freshNamespace() });
    expect((await rejection(producer.consumersOf(note), ServerRefusalError)).message).to.include('NOPERM');
  });

  for (const role of roles) {
    for (const command of [...forbidden, ...foreign[role]]) {
      it(`refuses the ${role} ${command.slice(0, 2).join(' ')}`, async () => {
        const client = await connectRedis(RedisAddress.parse(door(role)), { offlineQueue: false });
        try {
          const [name = '', ...args] = command;
          const refusal = await rejection(client.call(name, ...args), Error);
          expect(refusal.message).to.match(/NOPERM|permission|executing the script can't/);
        } finally {
          client.disconnect();
        }
      });
    }
  }
});

async function all(values: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const taken: unknown[] = [];
  for await (const value of values) taken.push(value);
  return taken;
}

function words(line: string): [string, ...string[]] {
  const [first = '', ...rest] = line.split(' ');
  return [first, ...rest];
}
