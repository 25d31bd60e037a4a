import { BrokerUnreachableError } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import { connectRedis, RedisAddress } from '@acktor/core/internal';
import { expect } from 'chai';
import { once } from 'node:events';
import { rejection } from '../server/rejection.js';
import { leftWith } from './left-with.js';
import { startPretender } from './pretender.js';

describe('connectRedis', function () {
  this.timeout(30_000);

  it('resolves with a client that answers, under the name it was given', async () => {
    await using server = await PrivateServer.start();
    const client = await connectRedis(server.address, { name: 'acktor-commands' });
    expect(await client.client('GETNAME')).to.equal('acktor-commands');
    client.disconnect();
  });

  it('outlives more than one error of a socket, as of a TLS handshake that both ends refuse', async () => {
    await using server = await PrivateServer.start();
    const client = await connectRedis(server.address);
    const { stream } = client;
    stream.emit('error', new Error('refused here'));
    stream.emit('error', new Error('refused there'));
    expect(await client.ping()).to.equal('PONG');
    client.disconnect();
  });

  it('leaves nothing with the signal it was given, connected or not', async () => {
    await using server = await PrivateServer.start();
    const { signal } = new AbortController();
    const client = await connectRedis(server.address, { signal });
    expect(leftWith(signal)).to.equal(0);
    client.disconnect();
    const nobody = RedisAddress.ofSocket('/tmp/acktor-nobody-listens.sock');
    await rejection(connectRedis(nobody, { connectTimeoutMs: 50, signal }), BrokerUnreachableError);
    expect(leftWith(signal)).to.equal(0);
  });

  it('rejects after its time when nothing listens, naming the address and the fault', async () => {
    const address = RedisAddress.ofSocket('/tmp/acktor-nobody-listens.sock');
    const error = await rejection(connectRedis(address, { connectTimeoutMs: 120 }), BrokerUnreachableError);
    expect(error.message).to.match(/unix:\/\/\/tmp\/acktor-nobody-listens.sock.*within 120 ms.*ENOENT.*REDIS_URL/s);
    expect(error.code).to.equal('ACKTOR_BROKER_UNREACHABLE');
  });

  it('rejects after its time when the server accepts and never answers', async () => {
    await using server = await PrivateServer.start();
    server.pause();
    const error = await rejection(connectRedis(server.address, { connectTimeoutMs: 120 }), BrokerUnreachableError);
    expect(error.message).to.contain('nothing answered within 120 ms');
  });

  it('rejects at once when the password is wrong, without showing any', async () => {
    await using server = await PrivateServer.start({ port: 0, password: 'hunter2' });
    const wrong = RedisAddress.parse(server.url.replace('hunter2', 'hunter3'));
    const error = await rejection(connectRedis(wrong, { connectTimeoutMs: 20_000 }), BrokerUnreachableError);
    expect(error.message).to.match(/WRONGPASS.*check user and password/s);
    expect(error.message).not.to.match(/hunter[23]/);
  });

  it('rejects at once when a password is needed and none is given', async () => {
    await using server = await PrivateServer.start({ port: 0, password: 'hunter2' });
    const bare = RedisAddress.parse(server.url.replace(':hunter2@', ''));
    const error = await rejection(connectRedis(bare, { connectTimeoutMs: 20_000 }), BrokerUnreachableError);
    expect(error.message).to.contain('NOAUTH');
  });

  it('gives up when its signal aborts', async () => {
    const giveUp = new AbortController();
    const address = RedisAddress.ofSocket('/tmp/acktor-nobody-listens.sock');
    const connecting = connectRedis(address, { signal: giveUp.signal });
    giveUp.abort(new Error('enough'));
    const error = await rejection(connecting, BrokerUnreachableError);
    expect(error.cause).to.have.property('message', 'enough');
  });

  it('gives up when its signal has aborted before', async () => {
    const address = RedisAddress.ofSocket('/tmp/acktor-nobody-listens.sock');
    await rejection(connectRedis(address, { signal: AbortSignal.abort() }), BrokerUnreachableError);
  });

  it('comes back by itself and runs what was asked meanwhile', async () => {
    await using server = await PrivateServer.start();
    const faults: Error[] = [];
    const client = await connectRedis(server.address, { onFault: (fault) => faults.push(fault) });
    const lost = once(client, 'close');
    await server.kill();
    await lost;
    const written = client.set('asked', 'while away');
    await server.restart();
    expect(await written).to.equal('OK');
    expect(await client.get('asked')).to.equal('while away');
    client.disconnect();
  });

  it('waits until the server has loaded its data', async () => {
    await using server = await PrivateServer.start({ settings: { 'key-load-delay': 200 } });
    const before = await connectRedis(server.address);
    for (let key = 0; key < 1_000; key++) void before.set(`key-${key}`, 'x'.repeat(2_048));
    await before.set('last', 'one');
    before.disconnect();
    await server.restart();
    const after = await connectRedis(server.address);
    expect(await after.dbsize()).to.equal(1_001);
    after.disconnect();
  });

  it('asks again soon, however long the server believes that it will load', async () => {
    const loading = 'redis_version:7.0.15\r\nloading:1\r\nloading_eta_seconds:3600';
    await using pretender = await startPretender([loading, loading, 'redis_version:7.0.15\r\nloading:0']);
    const client = await connectRedis(RedisAddress.parse(pretender.url), { connectTimeoutMs: 5_000 });
    client.disconnect();
  });
});
