import { SentinelSet } from '@acktor/chaos';
import { PrivateServer } from '@acktor/core/server';
import { expect } from 'chai';
import { until } from '../signals/until.js';
import { emptied } from '../failover/emptied.js';
import { Load } from '../failover/load.js';
import { recording } from '../handler/handler-of.js';
import { ping } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { ask } from '../server/project.js';
import { WorkerTrial } from '../worker/worker-trial.js';

const faults: readonly (readonly [
  fault: string,
  inject: (set: SentinelSet, primary: PrivateServer) => Promise<unknown>,
])[] = [
  ['its primary is killed', (_set, primary) => primary.kill()],
  ['its primary hangs', (_set, primary) => Promise.resolve(primary.pause())],
  ['its primary hands over', (set) => set.handOver()],
];

describe('a failover by sentinels under load', function () {
  this.timeout(60_000);

  for (const [fault, inject] of faults) {
    it(`loses nothing and goes on within five seconds when ${fault}`, async () => {
      await using set = await SentinelSet.start();
      await using trial = await WorkerTrial.open(set.url);
      const { handler, deliveries } = recording(ping, () => undefined);
      await trial.work([handler], { consumers: 4 });
      const load = new Load(trial.producer, { confirm: { replicas: 1 } });
      await deliveries.upTo(100);
      const primary = await set.primary();
      const before = await set.epoch();
      await inject(set, primary);
      const next = await set.failedOver(before);
      const failedOverAt = performance.now();
      await deliveries.upTo(deliveries.all.length + 50);
      expect(performance.now() - failedOverAt).to.be.below(5_000);
      const confirmed = await load.end();
      using redis = await plainRedis(next.url);
      await emptied(redis, `${trial.namespace}:notes:`);
      const handled = new Set(deliveries.all.map(({ data }) => data.n));
      expect([...confirmed].filter((n) => !handled.has(n))).to.deep.equal([]);
    });
  }

  it('is survived by a connection that stays open while its server turns replica', async () => {
    await using server = await PrivateServer.start();
    await using trial = await WorkerTrial.open(server.url);
    const { handler, deliveries } = recording(ping, () => undefined);
    await trial.work([handler]);
    await trial.producer.send(ping, { n: 1 });
    await deliveries.first();
    await ask(server, 'REPLICAOF', '127.0.0.1', '1');
    const sending = trial.producer.send(ping, { n: 2 });
    await until('it refused to write', async () =>
      String(await ask(server, 'INFO', 'errorstats')).includes('READONLY'),
    );
    await ask(server, 'REPLICAOF', 'NO', 'ONE');
    await sending;
    await deliveries.first(({ data }) => data.n === 2);
  });
});
