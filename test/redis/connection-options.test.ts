// What no URL can say of a Redis, as options and as a module that makes them.
import { ClusterSet, SentinelSet } from '@acktor/chaos';
import { Supervisor } from '@acktor/cli';
import {
  BrokerUnreachableError,
  Operator,
  OptionsError,
  Producer,
  RedisModuleError,
  type RedisConnection,
  type RedisSource,
} from '@acktor/core';
import { Worker } from '@acktor/worker';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { readFile } from 'node:fs/promises';
import { recording } from '../handler/handler-of.js';
import { call, note } from '../jobs/notes.js';
import { freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { PrivateServer } from '@acktor/core/server';
import { rejection } from '../server/rejection.js';
import { LogRecorder } from '../signals/log-recorder.js';
import { task } from '../supervisor/tasks.js';
import { taskFile } from '../supervisor/task-trial.js';
import { TlsServer } from '../tls/tls-server.js';

/** Sends a note there and has it handled, by a worker with a heartbeat of its own thread. */
async function worksAt(redis: RedisSource): Promise<void> {
  const namespace = freshNamespace();
  await using producer = await Producer.connect({ redis, namespace });
  const { handler } = recording(note, ({ data }) => ({ length: data.text.length }));
  await using worker = await Worker.start({ redis, namespace, handlers: [handler], logger: new LogRecorder() });
  expect(await (await producer.send(note, { text: 'four' })).result()).to.deep.equal({ length: 4 });
  expect(worker.health().heartbeat.isAlive).to.equal(true);
  await using operator = await Operator.connect({ redis, namespace });
  expect(await operator.queueNames()).to.deep.equal(['notes']);
}

const placesOf = ({ nodes }: ClusterSet) => nodes.map(({ server }) => placeOf(server.url));

const placeOf = (url: string) => {
  const { hostname: host, port } = new URL(url);
  return { host, port: Number(port) };
};

describe('connection options', function () {
  this.timeout(60_000);
  let server: PrivateServer;
  let place: { readonly host: string; readonly port: number };

  before(async () => {
    server = await PrivateServer.start({ port: 0, password: 'hunter2' });
    place = placeOf(server.url);
  });
  after(() => server.close());

  it('name a server with its password, its database and the version of IP', async () => {
    const { port } = place;
    await worksAt({ host: 'localhost', port, password: 'hunter2', db: 3, family: 4 });
    const sixth = { host: 'localhost', port, password: 'hunter2', family: 6 } as const;
    await rejection(Producer.connect({ redis: sixth, connectTimeoutMs: 500 }), BrokerUnreachableError);
  });

  it('name a socket', async () => {
    const path = decodeURIComponent(new URL(redisUrl()).pathname);
    await worksAt({ path });
  });

  it('show no password in the address for people', async () => {
    await using operator = await Operator.connect({ redis: { ...place, password: 'hunter2', db: 3 } });
    expect(operator.address).to.equal(`redis://127.0.0.1:${place.port}, database 3`);
  });

  for (const [redis, ...complaints] of [
    [{}, 'expected redis to have one of host (with port), path, nodes (of a cluster) and sentinels, got none'],
    [{ host: 'a', path: '/b' }, 'got more than one'],
    [{ host: 'a', prot: 1 }, 'unknown option redis.prot (did you mean redis.port?)'],
    [
      { host: 'a', maxRetriesPerRequest: null },
      'unknown option redis.maxRetriesPerRequest (leave it out: Acktor sets it',
    ],
    [
      { host: 'a', keyPrefix: 'x' },
      'unknown option redis.keyPrefix (what all keys begin with is an option beside redis: namespace)',
    ],
    [{ host: 'a', tls: { certificate: 'x' } }, 'unknown option redis.tls.certificate'],
    [{ host: 'a', tls: { ca: 7 } }, 'expected redis.tls.ca to be a certificate in PEM, or an array of them, got 7'],
    [{ host: 'a', tls: { ca: Buffer.from('x') } }, 'expected redis.tls.ca as text, got bytes (readFileSync(path, '],
    [
      { host: 'a', port: 0, family: 5 },
      'expected redis.port to be at least 1, got 0',
      'expected redis.family to be 0, 4 or 6, got 5',
    ],
    [{ host: '' }, 'expected redis.host to be the name of a host, got ""'],
    [{ sentinels: [{ host: 'a' }] }, 'expected redis.name, under which the sentinels watch the primary, got nothing'],
    [{ sentinels: [], name: 'x' }, 'expected redis.sentinels to be an array of at least one place'],
    [{ host: 'a', name: 'x' }, 'expected redis.name beside redis.sentinels alone'],
    [{ nodes: [{ host: 'a' }], db: 1 }, 'expected redis.db to be 0, got 1 (a cluster has database 0 only)'],
    [{ host: 'a', password: 7 }, 'expected redis.password to be a text, got 7'],
    [
      { host: 'a', dnsLookup: () => undefined },
      'expected redis.dnsLookup in a module, got a function here, which cannot cross',
    ],
    [{ nodes: [{ host: 'a' }], natMap: () => undefined }, 'expected redis.natMap in a module, got a function here'],
    [{ nodes: [{ host: 'a' }], natMap: { 'a:1': 'b' } }, "expected redis.natMap to be places by 'host:port'"],
    [{ module: '', exportName: 'x' }, 'expected redis.module to be the URL of a module'],
    [{ module: 'file:///x.js' }, 'expected redis.exportName, which is required, got nothing'],
    [7, 'expected redis to be the URL of a Redis server, its connection options, or the module that makes them, got 7'],
    ['', "(such as 'redis://host:6379'; leave it out to use REDIS_URL)"],
  ] as const)
    it(`are refused as ${JSON.stringify(redis)}, with what is wrong`, async () => {
      const { message } = await rejection(Producer.connect({ redis: redis as RedisConnection }), OptionsError);
      for (const complaint of complaints) expect(message).to.include(complaint);
    });

  it('are asked for in place of a client, which no other thread could have', async () => {
    const client = new Redis({ lazyConnect: true });
    const refused = Producer.connect({ redis: client as unknown as RedisConnection });
    expect((await rejection(refused, OptionsError)).message).to.include('its connection options');
    client.disconnect();
  });

  it('keep secrets out of complaints', async () => {
    const redis = { host: 'a', port: 'x', password: 'hunter2', tls: { key: 7, passphrase: 'hunter2' } };
    const { message } = await rejection(Producer.connect({ redis: redis as never }), OptionsError);
    expect(message).not.to.include('hunter2');
  });
});

describe('TLS in connection options', function () {
  this.timeout(60_000);
  let tls: TlsServer;

  before(async () => {
    tls = await TlsServer.start();
  });
  after(() => tls[Symbol.asyncDispose]());

  it('trusts an authority by its text, expects a name, and takes any certificate where that is said', async () => {
    const { host, port } = placeOf(tls.url({}).replace('rediss', 'redis'));
    const ca = await readFile(tls.certificates.ca, 'utf8');
    await worksAt({ host, port, tls: { ca: [ca] } });
    await worksAt({ host, port, tls: { ca, servername: 'redis.test', minVersion: 'TLSv1.2' } });
    await worksAt({ host, port, tls: { rejectUnauthorized: false } });
    for (const refused of [{}, { ca, servername: 'another.test' }])
      await rejection(
        Producer.connect({ redis: { host, port, tls: refused }, connectTimeoutMs: 500 }),
        BrokerUnreachableError,
      );
  });
});

describe('places that are reached elsewhere', function () {
  this.timeout(60_000);

  it('are those of a cluster that a map names', async () => {
    await using set = await ClusterSet.start({ hasReplicas: false });
    const places = placesOf(set);
    const natMap = Object.fromEntries(places.map(({ host, port }) => [`${host}:${port}`, { host: 'localhost', port }]));
    await worksAt({ nodes: places.slice(0, 1), natMap, family: 4 });
    const nowhere = Object.fromEntries(places.map(({ host, port }) => [`${host}:${port}`, { host, port: 1 }]));
    const refused = Producer.connect({ redis: { nodes: places, natMap: nowhere }, connectTimeoutMs: 500 });
    await rejection(refused, BrokerUnreachableError);
  });

  it('are those that sentinels announce', async () => {
    await using set = await SentinelSet.start();
    const [, list = '', name = ''] = /^redis\+sentinel:\/\/([^/]+)\/(.*)$/.exec(set.url) ?? [];
    const sentinels = list.split(',').map((each) => placeOf(`redis://${each}`));
    await worksAt({ sentinels, name });
    await using operator = await Operator.connect({ redis: { sentinels, name } });
    expect(operator.address).to.equal(set.url);
    const natMap = { '127.0.0.1:1': { host: '127.0.0.1', port: 2 } };
    await worksAt({ sentinels, name, natMap });
  });
});

describe('a module that makes a connection', function () {
  this.timeout(60_000);
  const here = (exportName: string, options?: unknown): RedisSource => ({
    module: new URL('./made-connections.js', import.meta.url).href,
    exportName,
    ...(options !== undefined && { options }),
  });
  let server: PrivateServer;

  before(async () => {
    server = await PrivateServer.start({ port: 0 });
  });
  after(() => server.close());

  it('is imported by the thread of the heartbeat, too, with what no other thread could be handed', async () => {
    await worksAt(here('lookingUp', { port: placeOf(server.url).port }));
  });

  it('may make a URL, and take its time', async () => {
    await worksAt(here('slowly', { url: server.url }));
  });

  it('is imported by the processes of a supervisor', async () => {
    const namespace = freshNamespace();
    const redis = here('lookingUp', { port: placeOf(server.url).port });
    await using _supervisor = await Supervisor.start({
      redis,
      namespace,
      files: [taskFile],
      processes: 1,
      logger: new LogRecorder(),
    });
    await using producer = await Producer.connect({ redis, namespace });
    const data = { url: server.url, list: `${namespace}-begun`, does: 'work', takesMs: 0 } as const;
    await (await producer.send(task, data, { id: 'one' })).result({ timeoutMs: 20_000 });
  });

  it('is found by an absolute path', async () => {
    const module = new URL('./made-connections.js', import.meta.url).pathname;
    await using operator = await Operator.connect({
      redis: { module, exportName: 'slowly', options: { url: server.url } },
    });
    expect(operator.address).to.equal(`redis://127.0.0.1:${placeOf(server.url).port}`);
  });

  for (const [exportName, complaint] of [
    ['absent', 'it exports no function absent'],
    ['nothing', 'its export nothing returns undefined'],
    ['throwing', 'it failed (no credentials)'],
  ] as const)
    it(`is refused where ${complaint}`, async () => {
      const { message } = await rejection(Producer.connect({ redis: here(exportName) }), RedisModuleError);
      expect(message).to.include(complaint);
    });

  it('is refused where it makes options that are wrong', async () => {
    const { message } = await rejection(Producer.connect({ redis: here('wrong') }), OptionsError);
    expect(message).to.include('unknown option redis.hots (did you mean redis.host?)');
  });

  it('goes on looking where a look-up fails at first', async () => {
    await worksAt(here('failingOnce', { port: placeOf(server.url).port }));
  });

  it('says where servers of a cluster are, by a function', async () => {
    await using set = await ClusterSet.start({ hasReplicas: false });
    const [node] = placesOf(set);
    const namespace = freshNamespace();
    const redis = here('mapped', { node });
    await using producer = await Producer.connect({ redis, namespace });
    await producer.send(call, { number: '1' });
  });
});
