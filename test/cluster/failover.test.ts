import { ClusterSet, type ClusterNode } from '@acktor/chaos';
import { expect } from 'chai';
import { emptied } from '../failover/emptied.js';
import { Load } from '../failover/load.js';
import { recording } from '../handler/handler-of.js';
import { note, ping } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { signal } from '../signals/signal.js';
import { WorkerTrial } from '../worker/worker-trial.js';

const QUEUE = '{notes}';

const faults: readonly (readonly [
  fault: string,
  inject: (set: ClusterSet, master: ClusterNode) => Promise<unknown>,
])[] = [
  ['its master is killed', (_set, { server }) => server.kill()],
  ['its master hangs', (_set, { server }) => Promise.resolve(server.pause())],
  ['its master hands over to a replica', (set, master) => set.handOver(master)],
  ['its slot moves to another master', async (set) => set.moveSlot(QUEUE, await set.otherMaster(QUEUE))],
];

describe('a cluster in which a queue changes its server under load', function () {
  this.timeout(60_000);

  for (const [fault, inject] of faults) {
    it(`loses nothing, goes on within five seconds, and takes nobody for dead when ${fault}`, async () => {
      await using set = await ClusterSet.start();
      await using trial = await WorkerTrial.open(set.url);
      const mayEnd = signal();
      const held = recording(note, async () => {
        await mayEnd.given;
        return { length: 1 };
      });
      const { handler, deliveries } = recording(ping, () => undefined);
      await trial.work([held.handler, handler], { consumers: 4 });
      const receipt = await trial.producer.send(note, { text: 'held' }, { confirm: { replicas: 1 } });
      await held.deliveries.first();
      const load = new Load(trial.producer, { confirm: 'accepted' });
      await deliveries.upTo(100);
      const master = await set.masterOf(QUEUE);
      await inject(set, master);
      const next = await set.failedOver(QUEUE, master);
      const overAt = performance.now();
      await deliveries.upTo(deliveries.all.length + 50);
      expect(performance.now() - overAt).to.be.below(5_000);
      await load.end();
      mayEnd.give();
      expect(await receipt.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 1 });
      expect(held.deliveries.all, 'nobody was taken for dead').to.have.length(1);
      using redis = await plainRedis(next.server.url);
      await emptied(redis, `${trial.namespace}:${QUEUE}:`);
    });
  }
});
