import { ClusterSet } from '@acktor/chaos';
import { AddressError, BrokerUnreachableError, job, Operator, Producer, redisEngine } from '@acktor/core';
import { engineConforms, redisFeatures } from '@acktor/testing';
import { Queue } from 'bullmq';
import { expect } from 'chai';
import { Cluster } from 'ioredis';
import { z } from 'zod';
import { everyFeatureWorks, oneDoor } from '../engines/features.js';
import { recording } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { freshNamespace } from '../real-redis/real-redis.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from '../worker/worker-trial.js';

describe('a cluster', function () {
  this.timeout(60_000);
  let set: ClusterSet;

  before(async () => {
    set = await ClusterSet.start();
  });

  after(() => set[Symbol.asyncDispose]());

  engineConforms('a cluster', () => ({ engine: redisEngine({ redis: set.url }) }), {
    ...redisFeatures,
    publishesAtOnce: false,
    moves: false,
  });
  everyFeatureWorks(() => oneDoor(set.url));

  it('has queues on every master, which one worker serves and one operator sees', async () => {
    const queues = ['one', 'two', 'three', 'four', 'five', 'six'];
    const jobs = queues.map((queue) => job(queue, { queue, data: z.object({}) }));
    const masters = await Promise.all(queues.map((queue) => set.masterOf(`{${queue}}`)));
    expect(new Set(masters)).to.have.property('size', 3);
    await using trial = await WorkerTrial.open(set.url);
    await trial.work(jobs.map((each) => recording(each, () => undefined).handler));
    const receipts = await Promise.all(jobs.map((each) => trial.producer.send(each, {}, { confirm: { replicas: 1 } })));
    await Promise.all(receipts.map((receipt) => receipt.result({ timeoutMs: 10_000 })));
    await using operator = await Operator.connect({ redis: set.url, namespace: trial.namespace });
    expect(await operator.discoverQueues()).to.have.members(queues);
  });

  it('is shared with plain BullMQ clients, which name the queue in braces', async () => {
    await using trial = await WorkerTrial.open(set.url);
    const { handler, deliveries } = recording(note, ({ data }) => ({ length: data.text.length }));
    await trial.work([handler]);
    const nodes = set.nodes.map(({ server: { address } }) => address.endpoint as { host: string; port: number });
    const connection = new Cluster(nodes, { redisOptions: { maxRetriesPerRequest: null } });
    const queue = new Queue('{notes}', { prefix: trial.namespace, connection });
    try {
      await queue.add('note', { text: 'from BullMQ' });
      expect((await deliveries.first()).data).to.deep.equal({ text: 'from BullMQ' });
    } finally {
      await queue.close();
      connection.disconnect();
    }
  });

  it('is refused by the URL of one of its nodes, with what to write', async () => {
    const [node] = set.nodes;
    const refused = Producer.connect({ redis: node?.server.url ?? '', namespace: freshNamespace() });
    expect((await rejection(refused, AddressError)).message).to.contain('+cluster');
  });

  it('is not found where no node answers, and that is said', async () => {
    const refused = Producer.connect({ redis: 'redis+cluster://127.0.0.1:1,127.0.0.1:2' });
    expect((await rejection(refused, BrokerUnreachableError)).message).to.contain('none of its nodes');
  });
});
