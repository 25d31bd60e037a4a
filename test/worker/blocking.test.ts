import { PrivateServer } from '@acktor/core/server';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { recording } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { WorkerChild } from './worker-child.js';
import { WorkerTrial } from './worker-trial.js';

describe('a handler that takes longer than a lease', () => {
  it('keeps its delivery though it waits for something, and runs once', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recording(note, async ({ data }) => {
      await pause(1_500);
      return { length: data.text.length };
    });
    // Another stands ready to take what the first would lose.
    await trial.work([handler], { leaseMs: 1_000 });
    await trial.work([handler], { leaseMs: 1_000 });
    const receipt = await trial.producer.send(note, { text: 'hello' });
    expect(await receipt.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 5 });
    expect(deliveries.all).to.have.length(1);
  });
});

describe('a handler that blocks its process for longer than a lease', () => {
  it('keeps its delivery, and runs once', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recording(note, ({ data }) => {
      const untilMs = Date.now() + 1_300;
      while (Date.now() < untilMs);
      return { length: data.text.length };
    });
    await trial.work([handler], { leaseMs: 1_000 });
    const receipt = await trial.producer.send(note, { text: 'hello' });
    expect(await receipt.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 5 });
    expect(deliveries.all).to.have.length(1);
    expect(trial.log.lines.all.filter(({ message }) => message.includes('lost'))).to.deep.equal([]);
  });

  it('keeps its delivery though others of the fleet always come first to look over it', async () => {
    await using server = await PrivateServer.start({ settings: { 'notify-keyspace-events': 'Ex' } });
    await using trial = await WorkerTrial.open(server.url);
    using redis = await plainRedis(server.url);
    using listener = await plainRedis(server.url);
    const expired: string[] = [];
    listener.on('message', (_channel, key) => expired.push(key));
    await listener.subscribe('__keyevent@0__:expired');
    await redis.set(`${trial.namespace}:notes:acktor:turn`, 'taken', 'PX', 60_000);
    const options = { redis: server.url, namespace: trial.namespace, leaseMs: 1_000, consumers: 1 };
    await using child = await WorkerChild.start({ handler: 'blocks', options });
    const receipt = await trial.producer.send(note, { text: '4500' });
    await child.hears('handling');
    expect(await receipt.result({ timeoutMs: 20_000 })).to.deep.equal({ length: 0 });
    expect(expired.filter((key) => key.endsWith(':lock'))).to.deep.equal([]);
  });
});
