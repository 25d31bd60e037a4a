// A server that lets its user ask the fleet, and not hear its news.
import { ServerRefusalError } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import type { FleetWatcher } from '@acktor/core/engine';
import { RedisAddress } from '@acktor/core/internal';
import { expect } from 'chai';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { Heard } from '../signals/heard.js';
import { connectGuarded, pack, RedisFleetHub, watchFleet, type FleetEvent } from './fleet-inside.js';

const watcher: FleetWatcher = {
  onReport: () => undefined,
  onFrame: () => undefined,
  onGone: () => undefined,
  onConnection: () => undefined,
};

describe('news of the fleet that the server refuses', function () {
  this.timeout(30_000);

  it('leave nothing of the watch behind', async () => {
    const left = new Set<string>();
    const listening = (what: string) => () => {
      left.add(what);
      return () => void left.delete(what);
    };
    const hub = {
      onAnswer: listening('answers'),
      onChange: listening('changes'),
      onDropped: listening('drops'),
      onEvent: () => Promise.reject(new ServerRefusalError('NOPERM')),
    };
    const { signal } = new AbortController();
    await rejection(watchFleet(hub as never, watcher, signal), ServerRefusalError);
    expect([...left]).to.deep.equal([]);
  });

  it('reach, once they are allowed, only who asked for them since', async () => {
    await using server = await PrivateServer.start({ port: 0 });
    using redis = await plainRedis(server.url);
    await redis.call('ACL', 'SETUSER', 'shy', 'on', '>word', '~*', '+@all', 'resetchannels', '&*:answers:*');
    const address = RedisAddress.parse(server.url.replace('redis://', 'redis://shy:word@'));
    const [guard, subscriber] = [await connectGuarded(address), await connectGuarded(address)];
    const place = { namespace: 'test-refused', database: 0, asker: 'a', isCluster: false };
    const hub = new RedisFleetHub({ ...place, guard, subscriber });
    const refused = new Heard<FleetEvent>();
    const allowed = new Heard<FleetEvent>();
    await rejection(
      hub.onEvent((news) => refused.push(news)),
      ServerRefusalError,
    );
    await redis.call('ACL', 'SETUSER', 'shy', 'allchannels');
    await hub.onEvent((news) => allowed.push(news));
    const news = { type: 'joined', workerId: 'host-1-a' };
    await redis.publish('test-refused:fleet:news', pack(JSON.stringify(news)));
    expect(await allowed.first()).to.deep.equal(news);
    expect(refused.all).to.deep.equal([]);
    hub.close();
  });
});
