import { ContractError, job, Keys, Operator, OptionsError, QueueNotFoundError, NameError } from '@acktor/core';
import type { KeyStore } from '@acktor/core/engine';
import { expect } from 'chai';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { handlerOf } from '../handler/handler-of.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { step } from './jobs.js';

describe('jobs with a key', function () {
  this.timeout(60_000);

  it('are handled one of a key at a time and in order, whoever throws, and keys beside each other', async () => {
    await using trial = await WorkerTrial.open();
    const underWay = new Map<string, number>();
    const done = new Map<string, number[]>();
    let most = 0;
    const handler = handlerOf(step, async ({ data: { n }, key = '', attempt }) => {
      underWay.set(key, (underWay.get(key) ?? 0) + 1);
      expect(underWay.get(key), key).to.equal(1);
      most = Math.max(most, [...underWay.values()].filter((count) => count > 0).length);
      await pause(n % 3);
      underWay.set(key, 0);
      if (n % 5 === 0 && attempt === 1) throw new Error('once more');
      done.set(key, [...(done.get(key) ?? []), n]);
    });
    await trial.work([handler], { consumers: 10 });
    await trial.work([handler], { consumers: 10 });
    const keys = Array.from({ length: 20 }, (_, i) => `key ${i}`);
    const numbers = Array.from({ length: 15 }, (_, n) => n);
    const sent = numbers.flatMap((n) => keys.map((key) => trial.producer.send(step, { n }, { key })));
    await Promise.all((await Promise.all(sent)).map((receipt) => receipt.result()));
    for (const key of keys) expect(done.get(key), key).to.deep.equal(numbers);
    expect(most).to.be.above(5);
  });

  it('take no memory when their keys are idle', async () => {
    await using trial = await WorkerTrial.open();
    using redis = await plainRedis(trial.url);
    await trial.work([handlerOf(step, () => undefined)], { consumers: 20, ackedCount: 1 });
    const send = (i: number) => trial.producer.send(step, { n: i }, { key: `key-${i % 500}` });
    const receipts = await Promise.all(Array.from({ length: 1_500 }, (_, i) => send(i)));
    await Promise.all(receipts.map((receipt) => receipt.result().catch(() => undefined)));
    const names = await redis.keys(`${trial.namespace}:steps:acktor:*`);
    expect(names.filter((name) => /turns|line|held/.test(name))).to.deep.equal([]);
  });

  it('leave no more events than the queue keeps, though nothing takes them', async () => {
    await using trial = await WorkerTrial.open();
    using redis = await plainRedis(trial.url);
    const part = (name: string) => `${trial.namespace}:steps:${name}`;
    await redis.hset(part('meta'), 'opts.maxLenEvents', '100');
    await Promise.all(Array.from({ length: 600 }, (_, n) => trial.producer.send(step, { n }, { key: 'a' })));
    // Redis keeps what shares a node with those.
    expect(await redis.xlen(part('events'))).to.be.within(100, 300);
  });

  it('are refused with a delay, and with a key that is none', async () => {
    await using trial = await WorkerTrial.open();
    const delayed = await rejection(trial.producer.send(step, { n: 1 }, { key: 'a', delayMs: 5 }), OptionsError);
    expect(delayed.message).to.include('expected no delayMs for a job with a key, got 5');
    for (const key of ['', 'a\nb', 'x'.repeat(513)]) {
      const refused = await rejection(trial.producer.send(step, { n: 1 }, { key }), OptionsError);
      expect(refused.message).to.include('expected key to be a text of 1 to 512 characters');
    }
  });

  it('take any other key: spaces, colons, braces, other scripts', async () => {
    await using trial = await WorkerTrial.open();
    const seen: (string | undefined)[] = [];
    await trial.work([handlerOf(step, ({ key }) => void seen.push(key))]);
    const keys = ['a b', 'x:y', '{tag}', '客户 7', '__proto__', 'turns', ' ', '"'];
    for (const key of keys) await (await trial.producer.send(step, { n: 1 }, { key })).result();
    expect(seen).to.deep.equal(keys);
  });

  it('have no contract with groups that cannot be', () => {
    const declare = (groups: object) => () => job('odd', { queue: 'odd', data: z.object({}), groups });
    expect(declare({ concurrency: 0 })).to.throw(ContractError, 'groups.concurrency');
    expect(declare({ concurrency: 1_001 })).to.throw(ContractError, 'groups.concurrency');
    expect(declare({ deadLetter: 'hodl' })).to.throw(ContractError, 'groups.deadLetter');
  });
});

describe('Operator.keys', function () {
  this.timeout(30_000);

  it('lists the keys with the most waiting jobs first, and limits, pauses and purges them', async () => {
    await using trial = await WorkerTrial.open();
    await using operator = await Operator.connect({ redis: trial.url, namespace: trial.namespace });
    const send = (key: string, count: number) =>
      Promise.all(Array.from({ length: count }, (_, n) => trial.producer.send(step, { n }, { key })));
    await send('small', 2);
    await send('large', 900);
    const keys = operator.keys('steps');
    const heldOf = async () => (await keys.list()).keys.map(({ key, held, turns }) => [key, held, turns]);
    expect(await heldOf()).to.deep.equal([
      ['large', 899, 1],
      ['small', 1, 1],
    ]);
    expect(await keys.list({ limit: 1 })).to.deep.include({ hasMore: true });
    expect((await operator.queue('steps')).waiting).to.equal(902);
    await keys.limit('large', { concurrency: 5 });
    await keys.pause('small');
    expect((await keys.list()).keys).to.deep.equal([
      { key: 'large', held: 895, turns: 5, isPaused: false, concurrency: 5, rate: undefined },
      { key: 'small', held: 1, turns: 1, isPaused: true, concurrency: undefined, rate: undefined },
    ]);
    expect(await keys.purge('large')).to.equal(900);
    expect((await operator.queue('steps')).waiting).to.equal(2);
    await keys.resume('small');
    await keys.limit('large', { concurrency: 'none' });
    expect(await heldOf()).to.deep.equal([['small', 1, 1]]);
  });

  it('purges what waited when it began, and ends though jobs keep coming', async () => {
    let [waiting, pages] = [900, 0];
    const purge: KeyStore['purge'] = (_key, { most }) => {
      pages += 1;
      const removed = Math.min(most, waiting);
      // More come than one page removes.
      waiting += 500 - removed;
      return Promise.resolve({ removed, left: waiting });
    };
    const keys = new Keys({ store: { purge } as KeyStore, requireQueue: () => Promise.resolve() });
    expect(await keys.purge('a')).to.be.within(900, 1_400);
    expect(pages).to.be.lessThan(10);
  });

  it('refuses queues that were never used, keys that are none, and limits that cannot be', async () => {
    await using trial = await WorkerTrial.open();
    await using operator = await Operator.connect({ redis: trial.url, namespace: trial.namespace });
    await trial.producer.send(step, { n: 1 });
    await rejection(operator.keys('step').list(), QueueNotFoundError);
    await rejection(operator.keys('steps').pause(''), NameError);
    await rejection(operator.keys('steps').limit('a', { concurrency: 0 }), OptionsError);
  });
});
