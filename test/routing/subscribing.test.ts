// Subscribers of exchanges: what they get, what stays of them when they leave, and what when they are killed.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { exchange, ExchangeNotFoundError, OptionsError, Producer } from '@acktor/core';
import { memoryEngine } from '@acktor/testing';
import { subscribe } from '@acktor/worker';
import { expect } from 'chai';
import { z } from 'zod';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { until } from '../signals/until.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { logs } from './jobs.js';

const line = z.object({ text: z.string() });
const byTopic = exchange('by-topic', { type: 'topic', data: line });

describe('subscribe', () => {
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
    await trial.producer.exchanges().declare(logs, byTopic);
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const options = () => ({
    worker: { redis: trial.url, namespace: trial.namespace, logger: trial.log, durability: 'off' as const },
  });
  const publish = (text: string) => trial.producer.publish(logs, '', { text });
  const keysOf = async (queue: string) => {
    using redis = await plainRedis(trial.url);
    return await redis.keys(`${trial.namespace}:*${queue}*`);
  };

  it('gives each subscriber each message, from when it has resolved', async () => {
    await publish('too early');
    const [one, other]: [string[], string[]] = [[], []];
    await using _first = await subscribe(logs, ({ data }) => void one.push(data.text), options());
    await using _second = await subscribe(logs, ({ data }) => void other.push(data.text), options());
    for (const text of ['a', 'b', 'c']) expect((await publish(text)).routes).to.have.length(2);
    await until('both have all', () => one.length + other.length === 6);
    expect([one, other]).to.deep.equal([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
  });

  it('gives it what matches, with the key', async () => {
    const seen: string[] = [];
    const note = ({ data, published }: { data: { text: string }; published: { routingKey: string } | undefined }) =>
      void seen.push(`${published?.routingKey} ${data.text}`);
    await using _subscription = await subscribe(byTopic, 'kern.*', note, options());
    for (const key of ['cron.info', 'kern.critical']) await trial.producer.publish(byTopic, key, { text: 'x' });
    await until('it came', () => seen.length > 0);
    expect(seen).to.deep.equal(['kern.critical x']);
  });

  it('leaves no key, no binding and no name when it is closed', async () => {
    const subscription = await subscribe(logs, () => undefined, options());
    for (const text of ['b', 'c']) await trial.producer.publish(logs, '', { text }, { key: 'k' });
    await (await publish('a')).routes[0]?.receipt.result({ timeoutMs: 20_000 });
    expect(await keysOf(subscription.queue)).to.not.deep.equal([]);
    await subscription.close();
    await subscription.close();
    expect((await publish('b')).routes).to.deep.equal([]);
    const left = await keysOf(subscription.queue);
    expect(left).to.deep.equal([]);
    using redis = await plainRedis(trial.url);
    expect(await redis.smembers(`${trial.namespace}:acktor-queues`)).to.not.include(subscription.queue);
    expect(await redis.hkeys(`${trial.namespace}:acktor-exchanges:acktor:exchanges`)).to.have.members([
      '#version',
      'x:by-topic',
      'x:logs',
    ]);
  });

  it('goes with its queue and its binding when its process is killed, because others publish', async function () {
    this.timeout(60_000);
    const { url, namespace, producer } = trial;
    for (let round = 0; round < 3; round += 1) {
      const wish = JSON.stringify({ redis: url, namespace });
      const child = fork(new URL('subscriber-process.js', import.meta.url), [wish]);
      await once(child, 'message');
      expect((await publish('while it lives')).routes).to.not.deep.equal([]);
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    await until('nothing is bound', async () => (await publish('is anyone there?')).routes.length === 0, 40_000);
    using redis = await plainRedis(url);
    const left = async () => (await redis.keys(`${namespace}:*acktor-subscriber-*`)).length;
    await until('nothing is left', async () => (await left()) === 0);
    expect((await producer.exchanges().list()).flatMap(({ bindings }) => bindings)).to.deep.equal([]);
  });

  it('is bound again when others took it for dead', async () => {
    const seen: string[] = [];
    const held = { ...options(), leaseMs: 1_000 };
    await using subscription = await subscribe(logs, ({ data }) => void seen.push(data.text), held);
    const [binding] = (await trial.producer.exchanges().list()).flatMap(({ bindings }) => bindings);
    if (binding === undefined) throw new Error('expected a binding');
    await trial.producer.exchanges().unbind(binding);
    await until('it is bound', async () => (await publish('again')).routes.length === 1);
    await until('it has it', () => seen.includes('again'));
    expect(subscription.queue).to.match(/^acktor-subscriber-/);
  });

  it('keeps messages for a name while there is no subscriber of it, and shares them among several', async () => {
    const named = { ...options(), name: 'billing' };
    const seen: string[] = [];
    const first = await subscribe(logs, ({ data }) => void seen.push(data.text), named);
    await first.close();
    await publish('meanwhile');
    const again = await subscribe(logs, ({ data }) => void seen.push(data.text), named);
    await using _other = await subscribe(logs, ({ data }) => void seen.push(data.text), named);
    expect((await publish('shared')).routes).to.have.length(1);
    await until('both have come', () => seen.length === 2);
    expect(seen.toSorted()).to.deep.equal(['meanwhile', 'shared']);
    await again.unsubscribe();
    expect((await publish('nobody')).routes).to.deep.equal([]);
  });

  it('keeps so many messages, and drops the oldest', async () => {
    const named = { ...options(), name: 'slow', maxWaiting: 2 };
    await (await subscribe(logs, () => undefined, named)).close();
    for (const text of ['a', 'b', 'c']) await publish(text);
    const seen: string[] = [];
    await using _subscription = await subscribe(logs, ({ data }) => void seen.push(data.text), named);
    await until('they have come', () => seen.length === 2);
    expect(seen).to.deep.equal(['b', 'c']);
  });

  it('refuses what it cannot do, and leaves nothing open', async () => {
    const unknown = exchange('unknown', { type: 'fanout', data: line });
    await rejection(
      subscribe(unknown, () => undefined, options()),
      ExchangeNotFoundError,
    );
    await rejection(subscribe(logs, undefined as never), OptionsError);
    await rejection(
      subscribe(logs, () => undefined, { ...options(), name: 'a b' }),
      OptionsError,
    );
  });

  it('works on the engine in memory', async () => {
    const engine = memoryEngine();
    await using producer = await Producer.connect({ engine });
    await producer.exchanges().declare(logs);
    const seen: string[] = [];
    const subscription = await subscribe(logs, ({ data }) => void seen.push(data.text), {
      worker: { engine, logger: trial.log },
    });
    const sent = await producer.publish(logs, '', { text: 'a' });
    await sent.routes[0]?.receipt.result({ timeoutMs: 20_000 });
    await subscription.close();
    expect(seen).to.deep.equal(['a']);
    expect((await producer.publish(logs, '', { text: 'b' })).routes).to.deep.equal([]);
  });
});
