// Redis' pub/sub knows no databases: what keeps those of one server apart, and namespaces.
import { Producer } from '@acktor/core';
import { connectFleet } from '@acktor/core/engine';
import { controlChannel } from '@acktor/core/internal';
import { expect } from 'chai';
import { recording } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { redisUrl } from '../real-redis/real-redis.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from '../worker/worker-trial.js';

const job = { id: 'order-a' };
const payload = { text: 'hello' };

describe('two databases of one server, in the same namespace', function () {
  this.timeout(30_000);

  it('keep their cancels to themselves', async () => {
    await using trial = await WorkerTrial.open();
    const second = inDatabaseOne();
    await using producer = await Producer.connect({ redis: second, namespace: trial.namespace });
    const [here, there] = [0, 1].map(() => recording(note, (delivery) => untilAborted(delivery)));
    if (here === undefined || there === undefined) throw new Error('expected two handlers');
    await trial.work([here.handler]);
    await trial.work([there.handler], { redis: second });
    const receipt = await trial.producer.send(note, payload, job);
    const other = await producer.send(note, payload, job);
    const spared = await there.deliveries.first();
    await here.deliveries.first();
    expect(await trial.producer.cancel(note, job.id)).to.equal('signalled');
    await rejection(receipt.result(), Error);
    expect(spared.signal.aborted).to.equal(false);
    expect(await producer.cancel(note, job.id)).to.equal('signalled');
    await rejection(other.result(), Error);
    expect(await producer.deadLetters(note).count()).to.equal(1);
  });

  it('see the workers of their own only', async () => {
    await using trial = await WorkerTrial.open();
    const { namespace } = trial;
    const handler = recording(note, () => ({ length: 0 })).handler;
    const here = await trial.work([handler]);
    const there = await trial.work([handler], { redis: inDatabaseOne() });
    for (const [redis, worker] of [
      [trial.url, here],
      [inDatabaseOne(), there],
    ] as const) {
      await using fleet = await connectFleet({ redis, namespace });
      const workers = await fleet.workers();
      expect(workers.map(({ workerId }) => workerId)).to.deep.equal([worker.id]);
    }
  });

  it('have the presence of workers that do not name their database, and of those that do', async () => {
    await using trial = await WorkerTrial.open();
    const { id } = await trial.work([recording(note, () => ({ length: 0 })).handler], { redis: inDatabaseOne() });
    using redis = await plainRedis();
    const alive = `${trial.namespace}:notes:acktor:`;
    const answer = await redis.pubsub('SHARDNUMSUB', `${alive}alive:${id}`, `${alive}db1:alive:${id}`);
    expect([answer[1], answer[3]]).to.deep.equal([1, 1]);
  });
});

describe('a cancel that is heard', () => {
  it('is checked against the store: one that somebody made up ends nothing', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recording(note, (delivery) => untilAborted(delivery));
    await trial.work([handler]);
    const receipt = await trial.producer.send(note, payload);
    const delivery = await deliveries.first();
    using redis = await plainRedis();
    const channel = controlChannel(trial.namespace, 'notes');
    for (const cancel of [receipt.id, 'meta', 'wait', `${receipt.id}:lock`])
      await redis.publish(channel, JSON.stringify({ cancel, why: 'forged', fence: 1 }));
    // Messages are checked in the order in which they come: when this one has worked, those before it have not.
    await trial.producer.cancel(note, receipt.id, { why: 'in earnest' });
    await rejection(receipt.result(), Error);
    expect(String(delivery.signal.reason)).to.contain('in earnest');
  });
});

function inDatabaseOne(): string {
  const url = redisUrl();
  return `${url}${url.includes('?') ? '&' : '?'}db=1`;
}
