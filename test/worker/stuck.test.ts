// Handlers that do not let go: their deliveries end without them, and what they still do changes nothing.
import { DeadLetteredError, job } from '@acktor/core';
import type { Delivery } from '@acktor/worker';
import { expect } from 'chai';
import { z } from 'zod';
import { rejection } from '../server/rejection.js';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { Heard } from '../signals/heard.js';
import { signal } from '../signals/signal.js';
import { WorkerTrial } from './worker-trial.js';

const late = job('late', { queue: 'notes', data: z.object({}), attempts: 1, deadlineMs: 300 });

const twice = job('twice', {
  queue: 'notes',
  data: z.object({}),
  attempts: 2,
  backoff: { type: 'fixed', delayMs: 0 },
  deadlineMs: 300,
});

describe('a handler that does not let go', function () {
  this.timeout(60_000);

  it('is too late 1.2 s after its deadline: the delivery is rejected, and its result is dropped', async () => {
    await using trial = await WorkerTrial.open();
    const told = new Heard<unknown>();
    const handler = handlerOf(late, async ({ progress, log }) => {
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      told.push(await Promise.all([progress(1), log('late')]).catch((error: unknown) => error));
    });
    await trial.work([handler]);
    const receipt = await trial.producer.send(late, {});
    const { reason } = await rejection(receipt.result({ timeoutMs: 10_000 }), DeadLetteredError);
    expect(reason).to.contain(
      `expected job ${late.name} ${receipt.id} to end within its deadline of 300 ms, and it did not: give delivery.signal to what it waits for, or raise deadlineMs in its contract`,
    );
    expect(await told.first()).to.include({ code: 'ACKTOR_LEASE_LOST' });
    await trial.log.said('a stuck handler has let go');
    expect(await trial.producer.deadLetters('notes').count()).to.equal(1);
  });

  it('is tried again elsewhere while attempts are left, and its consumer takes nothing until it has let go', async () => {
    await using trial = await WorkerTrial.open();
    const letGo = signal();
    const begun = new Heard<Delivery<typeof twice>>();
    const handler = handlerOf(twice, async (delivery) => {
      begun.push(delivery);
      if (delivery.attempt === 1) await letGo.given;
    });
    const worker = await trial.work([handler], { letGoMs: 50 });
    const receipt = await trial.producer.send(twice, {});
    await trial.log.said('still runs');
    const [state] = worker.states();
    expect(state).to.deep.include({ consumer: 'notes-1', state: 'processing.abandoned', jobId: undefined });
    expect(state?.stuck?.jobId).to.equal(receipt.id);
    expect(state?.stuck?.forMs).to.be.within(40, 10_000);
    expect(begun.all).to.have.length(1);
    letGo.give();
    await receipt.result({ timeoutMs: 10_000 });
    expect(begun.all.map(({ fence }) => fence)).to.deep.equal([1, 2]);
    expect(worker.states()[0]?.stuck).to.equal(undefined);
  });

  it('leaves a cancelled job cancelled', async () => {
    await using trial = await WorkerTrial.open();
    const [begun, letGo] = [signal(), signal()];
    const handler = handlerOf(note, async () => {
      begun.give();
      await letGo.given;
      return { length: 1 };
    });
    await trial.work([handler], { letGoMs: 50 });
    const receipt = await trial.producer.send(note, { text: 'x' });
    await begun.given;
    await trial.producer.cancel(note, receipt.id, { why: 'the order was withdrawn' });
    const { reason } = await rejection(receipt.result({ timeoutMs: 10_000 }), DeadLetteredError);
    expect(reason).to.contain('the order was withdrawn');
    letGo.give();
  });

  it('is told of, too, when it lost its lease', async () => {
    await using trial = await WorkerTrial.open();
    const [begun, letGo] = [signal(), signal()];
    const handler = handlerOf(note, async ({ redelivered }) => {
      begun.give();
      if (!redelivered) await letGo.given;
      return { length: 1 };
    });
    const worker = await trial.work([handler], { letGoMs: 50, leaseMs: 1_000 });
    const receipt = await trial.producer.send(note, { text: 'x' });
    await begun.given;
    using redis = await plainRedis(trial.url);
    await redis.set(`${trial.namespace}:notes:${receipt.id}:lock`, 'another|1', 'PX', 1_000);
    await trial.log.said('still runs');
    expect(worker.states()[0]?.state).to.equal('processing.abandoned');
    letGo.give();
    expect(await receipt.result({ timeoutMs: 40_000 })).to.deep.equal({ length: 1 });
  });

  it('has its consumer replaced where that is wanted, by as many as there are consumers at most', async () => {
    await using trial = await WorkerTrial.open();
    const letGo = signal();
    const begun = new Heard<string>();
    const handler = handlerOf(note, async ({ data, id }) => {
      begun.push(id);
      if (data.text === 'stuck') await letGo.given;
      return { length: data.text.length };
    });
    const worker = await trial.work([handler], { letGoMs: 30, replaceStuckConsumers: true });
    for (const which of ['first', 'second']) {
      const receipt = await trial.producer.send(note, { text: 'stuck' });
      await begun.first((id) => id === receipt.id);
      await trial.producer.cancel(note, receipt.id, { why: which });
      await rejection(receipt.result({ timeoutMs: 10_000 }), DeadLetteredError);
      if (which === 'second') break;
      const other = await trial.producer.send(note, { text: 'meanwhile' });
      expect(await other.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 9 });
    }
    const names = () => worker.states().map(({ consumer }) => consumer);
    expect(names()).to.deep.equal(['notes-1', 'notes-2']);
    const waits = await trial.producer.send(note, { text: 'waits' });
    letGo.give();
    expect(await waits.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 5 });
    expect(names()).to.have.length(1);
  });

  it('does not keep a worker from stopping when its time is over', async () => {
    await using trial = await WorkerTrial.open();
    const letGo = signal();
    const handler = handlerOf(late, async () => letGo.given);
    const worker = await trial.work([handler], { letGoMs: 30, drainMs: 200 });
    const receipt = await trial.producer.send(late, {});
    await rejection(receipt.result({ timeoutMs: 10_000 }), DeadLetteredError);
    await worker.close();
    expect(worker.states()).to.deep.equal([]);
    letGo.give();
  });
});
