import { AddressError, BrokerUnreachableError, Producer } from '@acktor/core';
import { RedisAddress } from '@acktor/core/internal';
import { expect } from 'chai';
import { everyFeatureWorks, oneDoor } from '../engines/features.js';
import { note } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';
import { TlsServer } from './tls-server.js';

describe('a server that speaks TLS', function () {
  this.timeout(60_000);
  let tls: TlsServer;

  before(async () => {
    tls = await TlsServer.start();
  });

  after(() => tls[Symbol.asyncDispose]());

  everyFeatureWorks(() => oneDoor(tls.url()));

  it('is refused when nobody we trust has signed its certificate', async () => {
    const refused = Producer.connect({ redis: tls.url({}), connectTimeoutMs: 500 });
    expect((await rejection(refused, BrokerUnreachableError)).message).to.match(/certificate/);
  });

  it('is refused when its certificate is for another name', async () => {
    const { ca } = tls.certificates;
    const redis = tls.url({ ca, servername: 'another.test' });
    const refused = Producer.connect({ redis, connectTimeoutMs: 500 });
    expect((await rejection(refused, BrokerUnreachableError)).message).to.contain('another.test');
  });

  it('is accepted under the name that the URL expects', async () => {
    const { ca } = tls.certificates;
    await using producer = await Producer.connect({ redis: tls.url({ ca, servername: 'redis.test' }) });
    await producer.send(note, { text: 'x' });
  });

  it('is shown our own certificate when it asks for one', async () => {
    await using strict = await TlsServer.start({ 'tls-auth-clients': 'yes' });
    const { ca, client } = strict.certificates;
    await using producer = await Producer.connect({ redis: strict.url({ ca, ...client }) });
    await producer.send(note, { text: 'x' });
    await rejection(Producer.connect({ redis: strict.url({ ca }), connectTimeoutMs: 500 }), BrokerUnreachableError);
  });

  it('is not looked for with a file that cannot be read', () => {
    expect(() => RedisAddress.parse('rediss://localhost?ca=/nowhere.pem')).to.throw(
      AddressError,
      /"ca" cannot be read/,
    );
  });

  it('is not looked for with a certificate that has no key', () => {
    const { cert } = tls.certificates.client;
    expect(() => RedisAddress.parse(`rediss://localhost?cert=${cert}`)).to.throw(AddressError, /one only/);
  });
});
