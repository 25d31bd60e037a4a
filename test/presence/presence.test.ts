import { PrivateServer } from '@acktor/core/server';
import type { Liveness, ReapRules } from '@acktor/core/engine';
import { connectBroker, connectLiveness, RedisAddress } from '@acktor/core/internal';
import { expect } from 'chai';
import { TestQueue } from '../broker/test-queue.js';
import { recording } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { brokerOptions, freshNamespace, redisUrl } from '../real-redis/real-redis.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import type * as PresenceTestModule from '../../packages/core/dist/engine/redis/bullmq/bullmq-liveness.js';
import type * as ErrorsModule from '../../packages/core/dist/engine/broker-errors.js';
import type * as GuardedModule from '../../packages/core/dist/engine/redis/connection/guarded-connection.js';
import { ForgetfulProxy } from './forgetful-proxy.js';

const inside = (file: string) => new URL(`../../../packages/core/dist/${file}`, import.meta.url).href;
const { testPresence } = (await import(inside('engine/redis/bullmq/bullmq-liveness.js'))) as typeof PresenceTestModule;
const { ServerRefusalError } = (await import(inside('engine/broker-errors.js'))) as typeof ErrorsModule;
const { connectGuarded, StartTime } = (await import(
  inside('engine/redis/connection/guarded-connection.js')
)) as typeof GuardedModule;

const rules: ReapRules = {
  deliveryLimit: 20,
  intervalMs: 1,
  graceMs: 250,
  holdOffMs: 2_000,
  longestGapMs: 60_000,
  usesPresence: true,
};

describe('presence', function () {
  this.timeout(60_000);

  it('is missing on a server without sharded subscriptions, where leases decide alone', async () => {
    await using server = await PrivateServer.start({ settings: { 'rename-command': 'SSUBSCRIBE ""' } });
    await using trial = await WorkerTrial.open(server.url);
    const { handler, deliveries } = recording(note, ({ data }) => ({ length: data.text.length }));
    const receipt = await trial.producer.send(note, { text: 'hello' });
    const connected = await connectBroker(brokerOptions({ redis: server.url, namespace: trial.namespace }));
    const lease = { leaseMs: 300, worker: 'gone', wantsStatus: false };
    await connected.broker.workQueue('notes').settleAndFetch([{ fetch: 'gone|1' }], lease);
    await connected.close();
    await trial.work([handler], { leaseMs: 1_000 });
    expect(await receipt.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 5 });
    expect((await deliveries.first()).redelivered).to.equal(true);
    await trial.log.said('cannot tell when a worker dies');
  });

  it('is looked for again on a server that was busy, and not on one that refuses', async () => {
    const address = RedisAddress.parse(redisUrl());
    using redis = await plainRedis();
    const tested = async (refusal: string) => {
      let refusals = 0;
      const hasPresence = await testPresence({
        channel: `${freshNamespace()}:presence`,
        time: new StartTime(address, 20_000),
        openSubscriber: () => connectGuarded(address),
        count: async (channel) => {
          refusals += 1;
          if (refusals <= 4) throw new ServerRefusalError(refusal);
          return Number((await redis.pubsub('SHARDNUMSUB', channel))[1]);
        },
      });
      return { hasPresence, wasAskedAgain: refusals > 1 };
    };
    const busy = await tested('BUSY Redis is busy running a script');
    expect(busy).to.deep.equal({ hasPresence: true, wasAskedAgain: true });
    const denied = await tested("NOPERM User x has no permissions to run the 'ssubscribe' command");
    expect(denied).to.deep.equal({ hasPresence: false, wasAskedAgain: false });
  });

  it('is shown again when its connection was dropped without a word', async () => {
    await using server = await PrivateServer.start();
    await using proxy = await ForgetfulProxy.start(server.address);
    const namespace = freshNamespace();
    await using liveness = await appeared(proxy.url, namespace);
    using redis = await plainRedis(server.url);
    const countOf = async () => (await redis.pubsub('SHARDNUMSUB', `${namespace}:notes:acktor:alive:here`))[1];
    await liveness.reap(rules);
    expect(await countOf()).to.equal(1);
    await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    expect(await countOf()).to.equal(0);
    while ((await countOf()) === 0) await liveness.reap(rules);
  });

  it('is looked for several times before its process counts as dead, however long the machine stood still between two looks', async () => {
    const namespace = freshNamespace();
    await using server = await PrivateServer.start();
    const connected = await connectBroker(brokerOptions({ redis: server.url, namespace }));
    await using liveness = await appeared(server.url, namespace);
    const trial = new TestQueue(connected.broker, 'notes');
    await trial.send({ id: 'job-1' });
    await trial.take('gone|1', { worker: 'gone', leaseMs: 60_000 });
    using redis = await plainRedis(server.url);
    const serverMs = async () => Number((await redis.time())[0]) * 1_000 + Number((await redis.time())[1]) / 1_000;
    const outcomes: number[] = [];
    for (let look = 1; look <= 4; look += 1) {
      const { returnedJobIds } = await liveness.reap(rules);
      outcomes.push(returnedJobIds.length);
      const fromMs = await serverMs();
      while ((await serverMs()) < fromMs + rules.graceMs);
    }
    expect(outcomes).to.deep.equal([0, 0, 0, 1]);
    await connected.close();
  });

  it('lets nobody lose a lease that nobody could renew: after a gap between turns, all have time to renew first', async () => {
    const namespace = freshNamespace();
    await using server = await PrivateServer.start();
    const connected = await connectBroker(brokerOptions({ redis: server.url, namespace }));
    await using liveness = await appeared(server.url, namespace);
    const trial = new TestQueue(connected.broker, 'notes');
    const short = { ...rules, longestGapMs: 300, holdOffMs: 600 };
    const { returnedJobIds: before } = await liveness.reap(short);
    await trial.send({ id: 'kept' }, { id: 'lost' });
    const kept = await trial.take('here|1', { worker: 'here', leaseMs: 50 });
    await trial.take('here|2', { worker: 'here', leaseMs: 50 });
    using redis = await plainRedis(server.url);
    await redis.client('PAUSE', 400, 'ALL');
    const { returnedJobIds: after } = await liveness.reap(short);
    expect([before, after]).to.deep.equal([[], []]);
    expect(await trial.queue.renew([kept], 60_000), 'it is taken up again').to.deep.equal([]);
    let returned: readonly string[] = [];
    while (returned.length === 0) ({ returnedJobIds: returned } = await liveness.reap(short));
    expect(returned).to.deep.equal(['lost']);
    await connected.close();
  });

  it('is judged no sooner for a gap between turns that is shorter than the hold-off which stands', async () => {
    const namespace = freshNamespace();
    await using liveness = await appeared(redisUrl(), namespace);
    const gap = { ...rules, longestGapMs: 100 };
    await liveness.reap(gap);
    using redis = await plainRedis();
    const key = (name: string) => `${namespace}:notes:acktor:${name}`;
    const nowMs = Number((await redis.time())[0]) * 1_000;
    const untilMs = nowMs + 60_000;
    await redis.hset(key('suspects'), '#until', untilMs);
    await redis.set(key('last-turn'), nowMs - 5_000);
    await liveness.reap(gap);
    expect(Number(await redis.get(key('last-turn'))), 'it had its turn').to.be.at.least(nowMs);
    expect(Number(await redis.hget(key('suspects'), '#until'))).to.equal(untilMs);
  });

  it('gives a sign for a delayed job that is overdue, and says when the next one is due', async () => {
    const namespace = freshNamespace();
    const connected = await connectBroker(brokerOptions({ redis: redisUrl(), namespace }));
    await using liveness = await appeared(redisUrl(), namespace);
    const trial = new TestQueue(connected.broker, 'notes');
    expect((await liveness.reap(rules)).nextDueInMs).to.equal(undefined);
    await trial.send({ id: 'later', delayMs: 30_000 });
    expect((await trial.queue.waitForWork(5_000)).kind, 'a process takes the sign along, and dies').to.equal('due');
    const dueInMs = async () => Number((await liveness.reap(rules)).nextDueInMs);
    expect(await dueInMs()).to.be.within(1, 30_000);
    await trial.send({ id: 'soon', delayMs: 1 });
    await trial.queue.waitForWork(5_000);
    while ((await dueInMs()) > -60);
    await liveness.reap(rules);
    expect(await trial.queue.waitForWork(5_000)).to.deep.equal({ kind: 'ready' });
    expect(await trial.takeAll()).to.deep.equal(['soon']);
    await connected.close();
  });
});

async function appeared(url: string, namespace: string): Promise<Liveness & AsyncDisposable> {
  const place = { address: RedisAddress.parse(url), namespace, process: 'here', queues: ['notes'] };
  const liveness = await connectLiveness({ ...place, connectTimeoutMs: 5_000, holdOffMs: 2_000 });
  await liveness.appear(() => undefined);
  return Object.assign(liveness, { [Symbol.asyncDispose]: () => liveness.close() });
}
