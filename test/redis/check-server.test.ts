import { NotDurableError, ServerTooOldError } from '@acktor/core';
import {
  checkServer,
  connectRedis,
  readServerFacts,
  RedisAddress,
  type ServerCheckOptions,
  type ServerFacts,
} from '@acktor/core/internal';
import { PrivateServer, type ServerSettings } from '@acktor/core/server';
import { expect } from 'chai';
import { rejection } from '../server/rejection.js';
import { startPretender } from './pretender.js';

describe('checkServer', function () {
  this.timeout(30_000);

  it('accepts a durable server and says what it is', async () => {
    const facts = await check({});
    expect(facts.version).to.match(/^\d+\.\d+\.\d+$/);
    expect(facts.runId).to.match(/^[0-9a-f]{40}$/);
    expect(facts).to.deep.include({ isCluster: false, hasShardPubSub: true });
    expect(facts.persistence).to.deep.equal({
      isAppendOnly: true,
      appendFsync: 'everysec',
      skipsFsyncOnRewrite: false,
      evictionPolicy: 'noeviction',
    });
  });

  it('accepts appendfsync always', async () => {
    expect((await check({ appendfsync: 'always' })).persistence.appendFsync).to.equal('always');
  });

  it('sees a cluster', async () => {
    expect((await check({ 'cluster-enabled': 'yes' })).isCluster).to.equal(true);
  });

  const undurable: readonly (readonly [settings: ServerSettings, remedy: string])[] = [
    [{ appendonly: 'no' }, 'CONFIG SET appendonly yes'],
    [{ appendfsync: 'no' }, 'CONFIG SET appendfsync everysec'],
    [{ 'maxmemory-policy': 'allkeys-lru' }, 'CONFIG SET maxmemory-policy noeviction'],
  ];
  for (const [settings, remedy] of undurable) {
    const [setting, value] = Object.entries(settings)[0] ?? [];
    it(`refuses ${setting} ${value} and names the command that mends it`, async () => {
      const error = await rejection(check(settings), NotDurableError);
      expect(error.faults).to.have.length(1);
      expect(error.faults[0]).to.include({ setting, actual: value, remedy });
      expect(error.message).to.contain(remedy).and.contain("durability: 'warn'");
    });

    it(`accepts the server once "${remedy}" was run`, async () => {
      await using server = await PrivateServer.start({ settings });
      const client = await connectRedis(server.address);
      const [, , name, mended] = remedy.split(' ');
      await client.config('SET', String(name), String(mended));
      checkServer(await readServerFacts(client));
      client.disconnect();
    });
  }

  it('reports every setting at fault at once', async () => {
    const error = await rejection(check({ appendonly: 'no', 'maxmemory-policy': 'volatile-ttl' }), NotDurableError);
    expect(error.faults.map(({ setting }) => setting)).to.deep.equal(['appendonly', 'maxmemory-policy']);
  });

  it('warns once for each fault under durability warn, and goes on', async () => {
    const warnings: string[] = [];
    await check(
      { appendonly: 'no', 'maxmemory-policy': 'volatile-ttl' },
      { durability: 'warn', warn: (message) => warnings.push(message) },
    );
    expect(warnings).to.have.length(2);
    expect(warnings[0]).to.contain('CONFIG SET appendonly yes');
  });

  it('says nothing under durability off', async () => {
    const warnings: string[] = [];
    await check({ appendonly: 'no' }, { durability: 'off', warn: (message) => warnings.push(message) });
    expect(warnings).to.deep.equal([]);
  });

  it('finds the faults that INFO tells where CONFIG is forbidden', async () => {
    const settings = { 'rename-command': 'CONFIG ""', appendonly: 'no', 'maxmemory-policy': 'allkeys-lru' };
    const error = await rejection(check(settings), NotDurableError);
    expect(error.faults.map(({ setting }) => setting)).to.deep.equal(['appendonly', 'maxmemory-policy']);
  });

  it('does not hold against a server what it does not tell', async () => {
    const facts = await check({ 'rename-command': 'CONFIG ""', appendfsync: 'no' });
    expect(facts.persistence.appendFsync).to.equal(undefined);
  });

  it('refuses a server below Redis 6.2, whatever the durability', async () => {
    const error = await rejection(checkPretender('redis_version:6.0.16', { durability: 'off' }), ServerTooOldError);
    expect(error.message).to.contain('got Redis 6.0.16').and.contain('upgrade');
  });

  it('warns of what is missing between Redis 6.2 and 7.0', async () => {
    const warnings: string[] = [];
    const facts = await checkPretender('redis_version:6.2.14', { warn: (message) => warnings.push(message) });
    expect(facts).to.include({ hasShardPubSub: false, hasWaitAof: false });
    expect(warnings.join()).to.contain('Redis 6.2.14 has no sharded pub/sub');
  });

  it('knows a Valkey, by its own version', async () => {
    const facts = await checkPretender('redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.3');
    expect(facts).to.include({ kind: 'valkey', version: '8.1.3', hasShardPubSub: true, hasWaitAof: true });
  });
});

async function check(settings: ServerSettings, options: ServerCheckOptions = {}): Promise<ServerFacts> {
  await using server = await PrivateServer.start({ settings });
  const client = await connectRedis(server.address);
  try {
    const facts = await readServerFacts(client);
    checkServer(facts, options);
    return facts;
  } finally {
    client.disconnect();
  }
}

async function checkPretender(info: string, options: ServerCheckOptions = {}): Promise<ServerFacts> {
  await using pretender = await startPretender(info);
  const client = await connectRedis(RedisAddress.parse(pretender.url));
  try {
    const facts = await readServerFacts(client);
    checkServer(facts, options);
    return facts;
  } finally {
    client.disconnect();
  }
}
