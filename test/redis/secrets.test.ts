// What is printed of a connection that fails: never a password, however the error is looked at.
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { BrokerUnreachableError, Producer } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import { RedisAddress } from '@acktor/core/internal';
import { expect } from 'chai';
import { rejection } from '../server/rejection.js';

describe('a connection that fails', function () {
  this.timeout(60_000);

  it('prints no password with its cause when the server refuses it', async () => {
    await using server = await PrivateServer.start({ port: 0, password: 'right' });
    const { endpoint } = server.address;
    const place = endpoint.kind === 'tcp' ? `${endpoint.host}:${endpoint.port}` : '';
    const error = await rejection(Producer.connect({ redis: `redis://:hunter2@${place}` }), BrokerUnreachableError);
    expect(error.cause).to.be.instanceOf(Error);
    expect(inspect(error, { depth: 9, showHidden: true })).not.to.contain('hunter2');
    expect(String(RedisAddress.parse(server.url))).not.to.contain('right');
  });

  it('says so when a web server answers, at once', async () => {
    const web = createServer((_request, response) => response.end()).listen(0, '127.0.0.1');
    await once(web, 'listening');
    const { port } = web.address() as AddressInfo;
    const error = await rejection(Producer.connect({ redis: `redis://127.0.0.1:${port}` }), BrokerUnreachableError);
    web.closeAllConnections();
    web.close();
    expect(error.message).to.match(/does not speak Redis.*redis:\/\/host:6379/);
  });

  it('says so when a server without TLS answers to rediss://', async () => {
    await using server = await PrivateServer.start({ port: 0 });
    const redis = server.url.replace('redis://', 'rediss://');
    const error = await rejection(Producer.connect({ redis, connectTimeoutMs: 3_000 }), BrokerUnreachableError);
    expect(error.message).to.contain(server.address.toString().replace('redis://', ''));
  });
});
