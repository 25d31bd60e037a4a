// What the user of a role may not do is found when it connects, and named with the line that grants it; later, a call is refused as a whole.
import { MissingRightsError, Operator, Producer, SendRefusedError } from '@acktor/core';
import { connectRedis, RedisAddress } from '@acktor/core/internal';
import { PrivateServer } from '@acktor/core/server';
import { Worker } from '@acktor/worker';
import { expect } from 'chai';
import type { Redis } from 'ioredis';
import type * as RightsModule from '../../packages/core/dist/engine/redis/bullmq/scripts/rights.js';
import type * as ScriptsModule from '../../packages/core/dist/engine/redis/bullmq/scripts/scripts.js';
import { recording } from '../handler/handler-of.js';
import { call, note } from '../jobs/notes.js';
import { freshNamespace } from '../real-redis/real-redis.js';
import { rejection } from '../server/rejection.js';
import { lineOf, roles, type Role } from './documented.js';

const { commandsOfRole } = await inside<typeof RightsModule>('rights.js');
const { luaText } = await inside<typeof ScriptsModule>('scripts.js');

describe('the rights of a role', function () {
  this.timeout(60_000);
  let server: PrivateServer;
  let admin: Redis;

  before(async () => {
    server = await PrivateServer.start();
    admin = await connectRedis(RedisAddress.parse(server.url), { name: 'rights' });
  });
  after(async () => {
    admin.disconnect();
    await server.close();
  });

  /** Makes a user with the documented rights of the role, but for these. */
  async function userOf(role: Role, ...without: readonly string[]): Promise<string> {
    const [, , , ...rules] = (await lineOf(role)).replaceAll('bull:*', 'test-*:*').split(' ');
    await admin.call('ACL', 'SETUSER', role, 'reset', ...rules, ...without.map((command) => `-${command}`));
    return `${server.url}?username=${role}&password=${role}-password`;
  }

  const openers: Readonly<Record<Role, (redis: string, namespace: string) => Promise<AsyncDisposable>>> = {
    producer: (redis, namespace) => Producer.connect({ redis, namespace }),
    worker: (redis, namespace) =>
      Worker.start({ redis, namespace, handlers: [recording(note, () => ({ length: 1 })).handler] }),
    operator: (redis, namespace) => Operator.connect({ redis, namespace }),
  };

  for (const role of roles) {
    it(`of a ${role} are documented as its scripts need them, and no others`, async () => {
      const known = new Set(((await admin.command('LIST')) as string[]).map((name) => name.toUpperCase()));
      const needed = commandsOfRole(role).filter((command) => known.has(command.replace(/\|.*/, '')));
      const documented = [...(await lineOf(role)).matchAll(/ \+(\S+)/g)].map(([, name = '']) => name.toUpperCase());
      const others = documented.filter((command) => !needed.includes(command));
      expect(needed.filter((command) => !documented.includes(command))).to.deep.equal([]);
      expect(others.toSorted()).to.deep.equal(beside[role].toSorted());
    });

    it(`of a ${role} are asked for when it connects`, async () => {
      const [namespace, lacking] = [freshNamespace(), await userOf(role, 'zadd', 'xadd')];
      const error = await rejection(openers[role](lacking, namespace), MissingRightsError);
      expect(error.commands).to.deep.equal(['xadd', 'zadd']);
      expect(error).to.include({ role, user: role, grant: `ACL SETUSER ${role} +xadd +zadd` });
      expect(error.message).to.contain(`run ACL SETUSER ${role} +xadd +zadd`);
      expect(await admin.keys(`${namespace}:*`), 'written').to.deep.equal([]);

      await admin.call(...(error.grant.split(' ') as [string, ...string[]]));
      await using opened = await openers[role](lacking, namespace);
      expect(opened).to.exist;
    });
  }

  it('are missing where the user may run no scripts', async () => {
    const error = await rejection(openers.producer(await userOf('producer', 'evalsha'), 'test-x'), MissingRightsError);
    expect(error.commands).to.deep.equal(['evalsha']);
  });

  it('are not missing where the server cannot say, as before Redis 7.0', async () => {
    const older = `local redis = setmetatable({ acl_check_cmd = false }, { __index = redis })\n${luaText('missingRights')}`;
    await userOf('producer', 'zadd');
    await using client = await asUser('producer');
    expect(await client.redis.eval(luaText('missingRights'), 0, 'test-x:any', 'ZADD LIMIT XADD')).to.equal('ZADD');
    expect(await client.redis.eval(older, 0, 'test-x:any', 'ZADD LIMIT XADD')).to.equal('');
  });

  it('are asked for without the keys: a user may be kept to some queues', async () => {
    const namespace = freshNamespace();
    const redis = await userOf('producer');
    await admin.call('ACL', 'SETUSER', 'producer', 'resetkeys', `~${namespace}:notes:*`);
    await using producer = await Producer.connect({ redis, namespace });
    await producer.send(note, { text: 'x' });
    const refused = await rejection(producer.send(call, { number: '1' }), SendRefusedError);
    expect(refused.message).to.contain('NOPERM');
    expect(await admin.keys(`${namespace}:calls:*`)).to.deep.equal([]);
  });

  it('that are withdrawn from a running process refuse its calls as a whole, but for the first', async () => {
    const namespace = freshNamespace();
    await using producer = await Producer.connect({ redis: await userOf('producer'), namespace });
    await producer.send(note, { text: 'a' }, { priority: 1 });
    await admin.call('ACL', 'SETUSER', 'producer', '-zadd');
    await rejection(producer.send(note, { text: 'b' }, { priority: 1 }), SendRefusedError);
    const before = await admin.keys(`${namespace}:*`);
    const error = await rejection(producer.send(note, { text: 'c' }, { priority: 1 }), Error);
    expect(error.message).to.match(/NOPERM.*nothing was done: ZADD/);
    expect((await admin.keys(`${namespace}:*`)).toSorted()).to.deep.equal(before.toSorted());
    await admin.call('ACL', 'SETUSER', 'producer', '+zadd');
    await producer.send(note, { text: 'd' }, { priority: 1 });
  });

  async function asUser(role: Role): Promise<AsyncDisposable & { readonly redis: Redis }> {
    const redis = await connectRedis(
      RedisAddress.parse(`${server.url}?username=${role}&password=${role}-password`),
      {},
    );
    return { redis, [Symbol.asyncDispose]: async () => redis.disconnect() };
  }
});

const everywhere = ['PING', 'QUIT', 'CLIENT|SETNAME'];
/** What a role runs besides: what a client begins and ends with, waits, subscriptions, lists of dead letters, counts of acked jobs. */
const beside: Readonly<Record<Role, readonly string[]>> = {
  producer: [...everywhere, 'INFO', 'WAIT', 'XREAD', 'XREVRANGE', 'ZRANGEBYSCORE'],
  worker: [...everywhere, 'SSUBSCRIBE'],
  operator: [...everywhere, 'INFO', 'SCAN', 'SUBSCRIBE', 'UNSUBSCRIBE', 'PUBSUB|NUMSUB', 'ZCOUNT'],
};

function inside<Module>(file: string): Promise<Module> {
  const path = `../../../packages/core/dist/engine/redis/bullmq/scripts/${file}`;
  return import(new URL(path, import.meta.url).href) as Promise<Module>;
}
