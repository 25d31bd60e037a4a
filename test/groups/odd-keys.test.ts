import { Operator } from '@acktor/core';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { until } from '../signals/until.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { step } from './jobs.js';

describe('jobs with a key, where a client has left something odd', function () {
  this.timeout(60_000);

  it('stay in their line while they could not be put into the queue, and go on when they can', async () => {
    await using trial = await WorkerTrial.open();
    await using operator = await Operator.connect({ redis: trial.url, namespace: trial.namespace });
    using redis = await plainRedis();
    await trial.producer.send(step, { n: 1 }, { key: 'a' });
    const second = await trial.producer.send(step, { n: 2 }, { key: 'a' });
    await operator.keys('steps').limit('a', { rate: { max: 10, durationMs: 1_000 } });
    const bucket = `${trial.namespace}:steps:acktor:rate:a`;
    await redis.rpush(bucket, 'no time');
    const seen: number[] = [];
    await trial.work([handlerOf(step, ({ data }) => void seen.push(data.n))]);
    await until('the first is acked', async () => (await operator.queue('steps')).acked === 1);
    const line = await redis.lrange(`${trial.namespace}:steps:acktor:line:a`, 0, -1);
    expect(line).to.deep.equal([second.id]);
    await redis.del(bucket);
    await second.result({ timeoutMs: 20_000 });
    expect(seen).to.deep.equal([1, 2]);
  });

  it('have their turns though the turns of another key are none', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('steps');
    using redis = await plainRedis();
    await redis.set(`${trial.namespace}:steps:acktor:line:odd`, 'no list');
    await redis.hset(`${trial.namespace}:steps:acktor:turns`, 'odd', 'gone');
    const first = await trial.producer.send(step, { n: 1 }, { key: 'a' });
    const second = await trial.producer.send(step, { n: 2 }, { key: 'a' });
    // By a client that knows of no turns, so that the mender alone can pass on this one.
    await queue.remove(first.id);
    await trial.work([handlerOf(step, () => undefined)]);
    await second.result({ timeoutMs: 20_000 });
  });

  it('get a turn when they are put back into the queue, and wait for it where another has it', async () => {
    await using trial = await WorkerTrial.open();
    await using operator = await Operator.connect({ redis: trial.url, namespace: trial.namespace });
    using redis = await plainRedis();
    const lost = await trial.producer.send(step, { n: 1 }, { key: 'a' });
    await redis.lrem(`${trial.namespace}:steps:wait`, 1, lost.id);
    await redis.hdel(`${trial.namespace}:steps:acktor:turns`, 'a');
    await trial.producer.send(step, { n: 2 }, { key: 'a' });
    const fault = { kind: 'unlistedJob', queue: 'steps', jobId: lost.id, jobName: 'step' } as const;
    expect(await operator.repair(fault)).to.equal('repaired');
    expect((await operator.keys('steps').list()).keys[0]).to.include({ key: 'a', held: 1 });
    const seen: number[] = [];
    await trial.work([handlerOf(step, ({ data }) => void seen.push(data.n))], { consumers: 4 });
    await lost.result({ timeoutMs: 20_000 });
    expect(seen).to.deep.equal([2, 1]);
  });
});
