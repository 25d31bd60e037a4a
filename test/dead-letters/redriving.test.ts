import { JobGoneError, OptionsError, PayloadError, Producer } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import { connectBroker } from '@acktor/core/internal';
import { expect } from 'chai';
import { handlerOf, recording } from '../handler/handler-of.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { brokerOptions } from '../real-redis/real-redis.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { acked, die, fragile, idsOf, mended, numbered } from './graves.js';

describe('Dead letters, redriven and purged', function () {
  this.timeout(60_000);

  it('begin their attempts afresh, while their fence grows', async () => {
    await using trial = await WorkerTrial.open();
    await die(trial, [{ id: 'a' }]);
    expect(await trial.producer.deadLetters(fragile).redrive('a')).to.equal(true);
    const { handler, deliveries } = recording(fragile, () => undefined);
    await trial.work([handler]);
    await acked(trial, fragile, ['a']);
    expect(await deliveries.first()).to.include({ attempt: 1, fence: 2, redelivered: false });
  });

  it('gives a letter another payload, checked by the contract, or by the name of the queue only as JSON', async () => {
    await using trial = await WorkerTrial.open();
    await die(trial, [
      { id: 'a', why: 'first' },
      { id: 'b', why: 'second' },
    ]);
    const letters = trial.producer.deadLetters(fragile);
    const wrong = await rejection(letters.redrive('a', { data: { why: 5 } }), PayloadError);
    expect(wrong.message).to.include('data.why');
    expect(await letters.redrive('a', { data: { why: 'mended' } })).to.equal(true);
    const any = trial.producer.deadLetters('graves');
    await rejection(any.redrive('b', { data: { at: new Date() } }), PayloadError);
    await rejection(any.redrive('b', { payload: 1 } as never), OptionsError);
    expect(await any.redrive('b', { data: { other: ['ü'] } })).to.equal(true);
    expect(await any.redrive('b', { data: {} }), 'no dead letter any more').to.equal(false);
    await using queue = trial.queue('graves');
    expect((await queue.getJob('a'))?.data).to.deep.equal({ why: 'mended' });
    expect((await queue.getJob('b'))?.data).to.deep.equal({ other: ['ü'] });
  });

  it('keep why they died before in their history', async () => {
    await using trial = await WorkerTrial.open();
    const letters = trial.producer.deadLetters(fragile);
    await die(trial, [{ id: 'a', why: 'first death' }]);
    await letters.redrive('a');
    using redis = await plainRedis();
    const left = await redis.hgetall(`${trial.namespace}:graves:a`);
    expect(left).not.to.have.any.keys('failedReason', 'stacktrace', 'finishedOn', 'processedOn', 'atm', 'defa');
    const { handler } = recording(fragile, () => Promise.reject(new Error('second death')));
    await trial.work([handler]);
    await rejection(trial.producer.receipt(fragile, 'a').result(), Error);
    const letter = await letters.get('a');
    expect(letter).to.include({ reason: 'second death', redrives: 1, attemptsMade: 1, deliveries: 2 });
    expect(letter?.history[0]).to.include({ reason: 'first death', fence: 1, attempt: 1, end: 'threw' });
  });

  it('keep an attempt of which no state is known as it is', async () => {
    await using trial = await WorkerTrial.open();
    await die(trial, [{ id: 'a' }]);
    using redis = await plainRedis();
    const key = `${trial.namespace}:graves:a`;
    const attempt = { attempt: 1, fence: 1, worker: 'w', end: 'threw', reason: '"path":{}', path: [] };
    await redis.hset(key, 'history', JSON.stringify([attempt]));
    await trial.producer.deadLetters('graves').redrive('a');
    await trial.work([handlerOf(fragile, () => Promise.reject(new Error('again')))]);
    await rejection(trial.producer.receipt(fragile, 'a').result(), Error);
    const [kept] = JSON.parse((await redis.hget(key, 'history')) ?? '') as readonly object[];
    expect(kept).to.deep.equal(attempt);
  });

  it('keep why they died also when no worker of ours has written it down', async () => {
    await using trial = await WorkerTrial.open();
    await die(trial, [{ id: 'a', why: 'first death' }]);
    using redis = await plainRedis();
    const key = `${trial.namespace}:graves:a`;
    await redis.hdel(key, 'history');
    await trial.producer.deadLetters(fragile).redrive('a');
    const [attempt] = JSON.parse((await redis.hget(key, 'history')) ?? '') as readonly object[];
    expect(attempt).to.include({ reason: 'first death', fence: 1, attempt: 1, end: 'threw' });
  });

  it('wake a worker that sleeps', async () => {
    await using trial = await WorkerTrial.open();
    await die(trial, [{ id: 'a' }, { id: 'b', priority: 5 }]);
    await trial.work(mended);
    expect(await trial.producer.deadLetters('graves').redriveAll()).to.deep.equal({ touched: 2, missed: 0 });
    await acked(trial, fragile, ['a', 'b']);
  });

  it('come back by their priority', async () => {
    await using trial = await WorkerTrial.open();
    await die(trial, [{ id: 'late', priority: 9 }]);
    await die(trial, [{ id: 'early', priority: 1 }]);
    await trial.producer.deadLetters('graves').redriveAll();
    const { handler, deliveries } = recording(fragile, () => undefined);
    await trial.work([handler]);
    await acked(trial, fragile, ['late', 'early']);
    expect(deliveries.all.map(({ id }) => id)).to.deep.equal(['early', 'late']);
  });

  it('are touched by one of two at the same time', async () => {
    await using trial = await WorkerTrial.open();
    await die(trial, numbered(300));
    const letters = trial.producer.deadLetters('graves');
    const [one, other] = await Promise.all([letters.redriveAll(), letters.redriveAll()]);
    expect(one.touched + other.touched).to.equal(300);
    await using queue = trial.queue('graves');
    expect(await queue.getWaitingCount()).to.equal(300);
  });

  it('are left alone when they died again since they were looked at', async () => {
    await using trial = await WorkerTrial.open();
    await die(trial, [{ id: 'a' }]);
    await trial.producer.deadLetters('graves').redrive('a');
    await trial.work([handlerOf(fragile, () => Promise.reject(new Error('again')))]);
    await rejection(trial.producer.receipt(fragile, 'a').result(), Error);
    const connected = await connectBroker(brokerOptions({ namespace: trial.namespace }));
    const store = connected.broker.deadLetters('graves');
    expect(await store.redrive([{ id: 'a', deliveries: 1 }])).to.deep.equal([false]);
    expect(await store.purge([{ id: 'a', deliveries: 1 }])).to.deep.equal([false]);
    expect(await store.count()).to.equal(1);
    await connected.close();
  });

  it('go in batches, of which is told', async () => {
    await using trial = await WorkerTrial.open();
    await die(trial, numbered(25));
    const told: number[] = [];
    const options = { batchSize: 10, onProgress: (touched: number) => told.push(touched) };
    await trial.producer.deadLetters('graves').redriveAll(options);
    expect(told).to.deep.equal([10, 20, 25]);
  });

  it('are gone when they are purged, for whoever waits for them, too', async () => {
    await using trial = await WorkerTrial.open();
    await die(trial, [{ id: 'a' }, { id: 'b' }]);
    const letters = trial.producer.deadLetters('graves');
    expect(await letters.purge('a')).to.equal(true);
    expect(await letters.purge('a')).to.equal(false);
    expect(await idsOf(letters.list())).to.deep.equal(['b']);
    await rejection(trial.producer.receipt(fragile, 'a').result(), JobGoneError);
    using redis = await plainRedis();
    expect(await redis.exists(`${trial.namespace}:graves:a`)).to.equal(0);
  });

  it('lie in exactly one place each when the server is killed midway, and go on from there', async () => {
    await using server = await PrivateServer.start({ settings: { appendfsync: 'always' } });
    await using trial = await WorkerTrial.open(server.url);
    await die(trial, numbered(1_000));
    const letters = trial.producer.deadLetters('graves');
    let killed: Promise<void> | undefined;
    const onProgress = (touched: number) => void (touched >= 300 && (killed ??= server.kill()));
    await rejection(letters.redriveAll({ onProgress }), Error);
    await killed;
    await server.restart();
    await using queue = trial.queue('graves');
    const [waiting, dead] = await Promise.all([queue.getWaiting(0, -1), queue.getFailed(0, -1)]);
    const places = [...waiting, ...dead].map(({ id }) => id);
    expect(waiting.length).to.be.within(300, 999);
    expect(new Set(places).size).to.equal(1_000);
    expect(places).to.have.length(1_000);
    await using again = await Producer.connect({ redis: server.url, namespace: trial.namespace });
    const { touched } = await again.deadLetters('graves').redriveAll();
    expect(touched).to.equal(dead.length);
  });
});
