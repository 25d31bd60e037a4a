import { OptionsError } from '@acktor/core';
import { PrivateServer } from '@acktor/core/server';
import type { DeliveryEnded, Worker, WorkerEventMap, WorkerEventName } from '@acktor/worker';
import { expect } from 'chai';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { redisUrl } from '../real-redis/real-redis.js';
import { recording, handlerOf } from '../handler/handler-of.js';
import { note, ping } from '../jobs/notes.js';
import { Heard } from '../signals/heard.js';
import { signal } from '../signals/signal.js';
import { untilAborted } from '../handler/until-aborted.js';
import { WorkerTrial } from '../worker/worker-trial.js';

function heardFrom<Name extends WorkerEventName>(worker: Worker, name: Name): Heard<WorkerEventMap[Name]> {
  const heard = new Heard<WorkerEventMap[Name]>();
  worker.on(name, (event) => heard.push(event));
  return heard;
}

describe("a worker's events", function () {
  this.timeout(20_000);
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  it('say of each delivery when it starts and how it ended, attempt by attempt', async () => {
    let tries = 0;
    const handler = handlerOf(note, ({ data }) => {
      tries += 1;
      if (tries === 1) throw new Error('not yet');
      return { length: data.text.length };
    });
    const worker = await trial.work([handler]);
    const [started, ended] = [heardFrom(worker, 'delivery.started'), heardFrom(worker, 'delivery.ended')];
    const receipt = await trial.producer.send(note, { text: 'hello' });
    await receipt.result({ timeoutMs: 10_000 });
    const [first, second] = await ended.upTo(2);
    const which = { workerId: worker.id, consumer: 'notes-1', queue: 'notes', jobName: 'note', id: receipt.id };
    expect(first).to.deep.include({ ...which, attempt: 1, fence: 1, outcome: 'retried', reason: 'not yet' });
    expect(second).to.deep.include({ ...which, attempt: 2, fence: 2, outcome: 'acked', reason: undefined });
    expect(second?.durationMs).to.be.within(0, 10_000);
    expect(started.all.map(({ attempt, fence, isRedelivered }) => ({ attempt, fence, isRedelivered }))).to.deep.equal([
      { attempt: 1, fence: 1, isRedelivered: false },
      { attempt: 2, fence: 2, isRedelivered: false },
    ]);
    expect(JSON.stringify([...started.all, ...ended.all]), 'no payload, no result').not.to.match(/hello|length/);
  });

  it('say that a job was requeued, and that it is a dead letter', async () => {
    const { reject } = await import('@acktor/worker');
    let tries = 0;
    const handler = handlerOf(ping, () => {
      tries += 1;
      return tries === 1 ? reject({ requeue: true }) : reject({ deadLetter: 'no use' });
    });
    const worker = await trial.work([handler]);
    const ended = heardFrom(worker, 'delivery.ended');
    await trial.producer.send(ping, { n: 1 });
    const ends = await ended.upTo(2);
    expect(ends.map(({ outcome, reason }) => ({ outcome, reason }))).to.deep.equal([
      { outcome: 'requeued', reason: undefined },
      { outcome: 'deadLettered', reason: 'no use' },
    ]);
  });

  it('say that a lease is lost, and the delivery with it', async () => {
    const { handler, deliveries } = recording(note, untilAborted);
    const worker = await trial.work([handler], { leaseMs: 1_000 });
    const [lost, ended] = [heardFrom(worker, 'lease.lost'), heardFrom(worker, 'delivery.ended')];
    const { id } = await trial.producer.send(note, { text: 'x' });
    await deliveries.first();
    using redis = await plainRedis(redisUrl());
    await redis.set(`${trial.namespace}:notes:${id}:lock`, 'another');
    expect(await lost.first()).to.deep.include({ id, jobName: 'note', consumer: 'notes-1', fence: 1 });
    expect(await ended.first()).to.deep.include({ id, outcome: 'lost' });
    await redis.del(`${trial.namespace}:notes:${id}:lock`);
    await trial.producer.cancel(note, id);
  });

  it('say that a handler does not let go', async () => {
    const mayEnd = signal();
    const { handler, deliveries } = recording(note, async () => {
      await mayEnd.given;
      return { length: 1 };
    });
    const worker = await trial.work([handler], { letGoMs: 100 });
    const stuck = heardFrom(worker, 'handler.stuck');
    const { id } = await trial.producer.send(note, { text: 'x' });
    await deliveries.first();
    await trial.producer.cancel(note, id);
    const event = await stuck.first();
    expect(event).to.deep.include({ id, jobName: 'note' });
    expect(event.forMs).to.be.within(50, 10_000);
    mayEnd.give();
  });

  it('neither change nor end a delivery by a listener that throws or rejects, which is logged', async () => {
    const worker = await trial.work([handlerOf(note, () => ({ length: 1 }))]);
    worker.on('delivery.started', () => {
      throw new Error('the listener threw');
    });
    worker.on('delivery.ended', () => Promise.reject(new Error('the listener rejected')));
    const ended = heardFrom(worker, 'delivery.ended');
    const receipt = await trial.producer.send(note, { text: 'x' });
    expect(await receipt.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 1 });
    expect((await ended.first()).outcome, 'those after it are called').to.equal('acked');
    const failures = await trial.log.lines.upTo(1).then(() => trial.log.said('a listener of the worker failed'));
    expect(failures.level).to.equal('error');
    const errors = () =>
      trial.log.lines.all
        .filter(({ message }) => message === 'a listener of the worker failed')
        .map(({ facts }) => [facts['event'], String(facts['err'])]);
    await trial.log.lines.first(({ facts }) => facts['event'] === 'delivery.ended');
    expect(errors()).to.deep.equal([
      ['delivery.started', 'Error: the listener threw'],
      ['delivery.ended', 'Error: the listener rejected'],
    ]);
  });

  it('are not heard any more once unsubscribed, which others are not', async () => {
    const worker = await trial.work([handlerOf(note, () => ({ length: 1 }))]);
    const [one, other] = [new Heard<DeliveryEnded>(), new Heard<DeliveryEnded>()];
    const stop = worker.on('delivery.ended', (event) => one.push(event));
    worker.on('delivery.ended', (event) => other.push(event));
    await trial.producer.send(note, { text: 'x' });
    await Promise.all([one.first(), other.first()]);
    stop();
    stop();
    await trial.producer.send(note, { text: 'y' });
    await other.upTo(2);
    expect(one.all).to.have.length(1);
  });

  it('say how the worker stops, to its end', async () => {
    const worker = await trial.work([handlerOf(note, () => ({ length: 1 }))]);
    const states = heardFrom(worker, 'worker.state');
    await worker.close();
    expect(states.all.map(({ state }) => state)).to.deep.equal(['draining', 'closing', 'stopped']);
  });

  it('say when the connection breaks and when it is whole again, as health() does', async () => {
    await using server = await PrivateServer.start();
    await using away = await WorkerTrial.open(server.url);
    const worker = await away.work([handlerOf(note, () => ({ length: 1 }))]);
    const changes = heardFrom(worker, 'connection');
    const startedAtMs = Date.now();
    expect(worker.health()).to.deep.include({
      isReady: true,
      whyNotReady: [],
      held: 0,
      consumers: 1,
      state: 'running',
    });
    expect(worker.health().heartbeat.isAlive).to.equal(true);
    await server.kill();
    expect(await changes.first()).to.deep.include({ workerId: worker.id, state: 'away', queue: undefined });
    const broken = worker.health();
    expect(broken).to.deep.include({ isReady: false, whyNotReady: ['the server is away'] });
    expect(broken.connection).to.deep.include({ state: 'away', queuesAway: [] });
    expect(broken.connection.sinceMs).to.be.within(startedAtMs, Date.now());
    await server.restart();
    await changes.first(({ state }) => state === 'back');
    expect(worker.health()).to.deep.include({ isReady: true, whyNotReady: [] });
    expect(worker.health().connection.sinceMs).to.be.at.least(broken.connection.sinceMs);
  });

  it('refuse a name that there is none of, and what is no function', async () => {
    const worker = await trial.work([handlerOf(note, () => ({ length: 1 }))]);
    expect(() => worker.on('delivery.begun' as 'connection', () => undefined)).to.throw(
      OptionsError,
      'expected one of delivery.started, delivery.ended, lease.lost, handler.stuck, connection, worker.state, got "delivery.begun"',
    );
    for (const name of [1n, ['connection'], Symbol('connection')])
      expect(() => worker.on(name as unknown as 'connection', () => undefined)).to.throw(
        OptionsError,
        'expected one of',
      );
    expect(() => worker.on('connection', 'loud' as unknown as () => void)).to.throw(
      OptionsError,
      'expected a function, got string',
    );
  });
});
