import { AddressError } from '@acktor/core';
import { RedisAddress } from '@acktor/core/internal';
import { expect } from 'chai';
import { inspect } from 'node:util';

describe('RedisAddress', () => {
  it('reads host, port and database of a redis URL', () => {
    const address = RedisAddress.parse('redis://cache.example:7000/3');
    expect(address.endpoint).to.deep.equal({ kind: 'tcp', host: 'cache.example', port: 7000, isEncrypted: false });
    expect(address.database).to.equal(3);
  });

  it('takes port 6379 and database 0 when none is given', () => {
    const address = RedisAddress.parse('redis://localhost');
    expect(address.clientOptions()).to.deep.include({ host: 'localhost', port: 6379, db: 0 });
  });

  it('asks for TLS with the name of the host under rediss', () => {
    expect(RedisAddress.parse('rediss://cache.example').clientOptions().tls).to.deep.equal({
      servername: 'cache.example',
    });
  });

  it('reads an IPv6 host without its brackets, and shows it with them', () => {
    const address = RedisAddress.parse('redis://[::1]:6380');
    expect(address.clientOptions().host).to.equal('::1');
    expect(String(address)).to.equal('redis://[::1]:6380');
  });

  it('decodes user and password', () => {
    const options = RedisAddress.parse('redis://us%40er:p%2Fw@localhost').clientOptions();
    expect(options).to.include({ username: 'us@er', password: 'p/w' });
  });

  it('reads the path of a Unix socket with its parameters', () => {
    const options = RedisAddress.parse('unix:///tmp/a%20b/redis.sock?db=2&password=s%26').clientOptions();
    expect(options).to.deep.equal({ path: '/tmp/a b/redis.sock', db: 2, password: 's&' });
  });

  it('reads the nodes of a cluster', () => {
    const address = RedisAddress.parse('redis+cluster://user:pw@one:7000,[::1]:7001,three');
    const nodes = [
      { host: 'one', port: 7000 },
      { host: '::1', port: 7001 },
      { host: 'three', port: 6379 },
    ];
    expect(address.endpoint).to.deep.equal({ kind: 'cluster', nodes, isEncrypted: false });
    expect(String(address)).to.equal('redis+cluster://one:7000,[::1]:7001,three:6379');
    expect(address.isCluster).to.equal(true);
  });

  it('reads sentinels, the name of their primary, its database, and what they ask for themselves', () => {
    const url = 'redis+sentinel://user:pw@one:26380,two/my%20primary/3?sentinel_username=watch&sentinel_password=sp';
    const address = RedisAddress.parse(url);
    const sentinels = [
      { host: 'one', port: 26380 },
      { host: 'two', port: 26379 },
    ];
    expect(address.endpoint).to.deep.equal({ kind: 'sentinel', sentinels, master: 'my primary', isEncrypted: false });
    expect(address.clientOptions()).to.deep.equal({ db: 3, username: 'user', password: 'pw' });
    const [one] = sentinels;
    expect(address.sentinelOptionsAt(one ?? { host: '', port: 0 })).to.include({ username: 'watch', password: 'sp' });
  });

  it('makes the address of one node of a cluster, with the same credentials and TLS', () => {
    const address = RedisAddress.parse('rediss+cluster://us%40er:p%2Fw@one?servername=redis.test');
    const node = address.nodeAt({ host: '10.0.0.1', port: 7001 });
    expect(node.clientOptions()).to.deep.include({ host: '10.0.0.1', port: 7001, username: 'us@er', password: 'p/w' });
    expect(node.clientOptions().tls).to.deep.equal({ servername: 'redis.test' });
  });

  it('makes the address of a socket whose path needs escapes', () => {
    const path = '/tmp/50% of?#ü/redis.sock';
    expect(RedisAddress.parse(RedisAddress.ofSocket(path).revealUrl()).clientOptions().path).to.equal(path);
  });

  it('never shows the password, however it is printed', () => {
    const address = RedisAddress.parse('redis://user:hunter2@localhost:6379/1');
    const shown = [String(address), JSON.stringify({ address }), inspect(address, { depth: 9, showHidden: true })];
    expect(shown.join('\n')).not.to.contain('hunter2');
    expect(address.revealUrl()).to.contain('hunter2');
  });

  const nonsense: readonly (readonly [given: string, complaint: RegExp])[] = [
    ['', /cannot be read as a URL/],
    ['localhost:6379', /the scheme of the one given is none of these/],
    ['http://localhost', /the scheme of the one given is "http:\/\/"/],
    ['redis://', /names no host/],
    ['redis://localhost:0', /port 0/],
    ['redis://localhost:99999', /cannot be read as a URL/],
    ['redis://localhost/one', /no whole number from 0/],
    ['redis://localhost?dbb=1', /parameter 1 of the one given is none of db.*did you mean "db"/],
    ['redis://:%zz@localhost', /"%" that encodes nothing/],
    ['redis://one,two', /several hosts/],
    ['redis+cluster://one,', /names no host/],
    ['redis+cluster://one:1:2', /a host is none with a port|cannot be read/],
    ['redis+cluster://one,two/1', /database 0 only/],
    ['redis+sentinel://one,two', /name of the primary/],
    ['redis+sentinel://one/name/x', /no whole number from 0/],
    ['redis://localhost?ca=/x', /parameter 1 of the one given is none of db/],
    ['unix://tmp/redis.sock', /third slash/],
    ['unix:///', /names no socket/],
    ['redis://localhost#6379', /part behind a "#"/],
    ['redis://localhost?passwort=x', /user and password stand before the host/],
  ];
  for (const [given, complaint] of nonsense) {
    it(`refuses "${given}" and says why`, () => {
      expect(() => RedisAddress.parse(given))
        .to.throw(AddressError, complaint)
        .with.property('message')
        .that.contains('redis://localhost:6379');
    });
  }

  for (const given of [
    'redis+cluster://u:hunter2@a,b/x',
    'redis+sentinel://a?sentinel_password=hunter2',
    'redis:/user:hunter2@host',
    'redis//:hunter2@host',
    'unix:///a.sock?pass=1&password=hunter2',
    'redis://default:p@ss/hunter2@host',
    'redis://default:pa/hunter2@host',
    'redis://default:1/hunter2@host',
    'redis://default:1?hunter2@host',
    'redis://default:1#hunter2@host',
    'redis://host?passwort=hunter2',
    'redis://host?db=hunter2',
    'redis+sentinel://default:1/hunter2@host',
    'redis+cluster://default:pa/hunter2@host',
    'hunter2:6379',
    'hunter2',
  ]) {
    it(`keeps the password out of the complaint about "${given.replace('hunter2', '…')}"`, () => {
      expect(() => RedisAddress.parse(given))
        .to.throw(AddressError)
        .with.property('message')
        .that.does.not.contain('hunter2');
    });
  }
});
