import { ContractError, DeadLetteredError, job } from '@acktor/core';
import { perform } from '@acktor/testing';
import { DuplicateHandlerError, handle, handleAll, middleware, NotAHandlerError, type Delivery } from '@acktor/worker';
import { expect } from 'chai';
import { z } from 'zod';
import { refusal } from '../contract/refusal.js';
import { note } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';
import { Heard } from '../signals/heard.js';
import { WorkerTrial } from '../worker/worker-trial.js';

/** A handler of all other jobs of the queue `notes`, and its deliveries. */
function recordingAll(answer: (delivery: Pick<Delivery, 'name' | 'data'>) => unknown = () => undefined) {
  const deliveries = new Heard<Delivery>();
  const handler = handleAll('notes', (delivery) => {
    deliveries.push(delivery);
    return answer(delivery);
  });
  return { handler, deliveries };
}

describe('a handler of all jobs of a queue', function () {
  this.timeout(30_000);

  it('gets what BullMQ added, by name, whatever the names and the payloads are', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('notes');
    const added = [
      ['user.created', { a: [1, { b: 'ü' }] }],
      ['65f1:c0ffee', 'a text'],
      ['', 7],
      ['__proto__', [null]],
    ] as const;
    for (const [name, data] of added) await queue.add(name, data);
    const { handler, deliveries } = recordingAll(({ name }) => ({ by: name }));
    await trial.work([handler]);
    await deliveries.upTo(added.length);
    expect(deliveries.all.map(({ name, data }) => [name, data])).to.deep.equal(added);
    const [first] = deliveries.all;
    const anything = job('any', { queue: 'notes', data: z.unknown(), result: z.object({ by: z.string() }) });
    expect(await trial.producer.receipt(anything, first?.id ?? '').result()).to.deep.equal({ by: 'user.created' });
  });

  it('leaves the jobs of contracts to their handlers, and its middleware sees the name of the job', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recordingAll();
    const names: string[] = [];
    const watch = middleware({ provides: [] }, ({ job: contract }, next) => {
      names.push(contract.name);
      return next();
    });
    await trial.work([handle(note, ({ data }) => ({ length: data.text.length })), handler], { use: [watch] });
    expect(await (await trial.producer.send(note, { text: 'four' })).result()).to.deep.equal({ length: 4 });
    await using queue = trial.queue('notes');
    await queue.add('other', {});
    await deliveries.first();
    expect(deliveries.all.map(({ name }) => name)).to.deep.equal(['other']);
    expect(names).to.deep.equal(['note', 'other']);
  });

  it('tries a job as often as it says itself, and else once, as BullMQ does, or as its options say', async () => {
    for (const [own, attempts, expected] of [
      [{}, undefined, 1],
      [{ attempts: 3 }, undefined, 3],
      [{ attempts: 2 }, 4, 2],
    ] as const) {
      await using trial = await WorkerTrial.open();
      await using queue = trial.queue('notes');
      const tries: number[] = [];
      const backoff = { type: 'fixed', delayMs: 0 } as const;
      const failing = handleAll('notes', { attempts, backoff }, ({ attempt, attempts: of }) => {
        expect(of).to.equal(expected);
        tries.push(attempt);
        throw new Error('broken');
      });
      await trial.work([failing]);
      const { id = '' } = await queue.add('x', {}, own);
      await rejection(trial.producer.receipt(note, id).result(), DeadLetteredError);
      expect(tries).to.deep.equal(Array.from({ length: expected }, (_, i) => i + 1));
    }
  });

  it('takes payloads of any version', async () => {
    await using trial = await WorkerTrial.open();
    const newer = job('newer', {
      queue: 'notes',
      version: 3,
      upgrade: { 1: () => ({ n: 1 }), 2: () => ({ n: 1 }) },
      data: z.object({ n: z.int() }),
    });
    const { handler, deliveries } = recordingAll();
    await trial.work([handler]);
    await (await trial.producer.send(newer, { n: 1 })).result();
    expect(deliveries.all[0]?.data).to.deep.equal({ n: 1 });
  });

  it('refuses a payload that is no JSON, and a result that is none, with what is wrong', async () => {
    const { handler } = recordingAll(() => 1n);
    const anything = job('any', { queue: 'notes', data: z.unknown() });
    expect(await perform(handler, anything, {})).to.include({
      kind: 'deadLettered',
      reason: 'result of job any: result: expected a JSON value, got a bigint',
    });
  });

  it('is one for a queue', async () => {
    await using trial = await WorkerTrial.open();
    const both = trial.work([handleAll('notes', () => 1), handleAll('notes', function second() {})]);
    expect((await rejection(both, DuplicateHandlerError)).message).to.equal(
      'expected one handler for all other jobs of a queue, got handleAll(notes) and second: leave one of them out',
    );
  });

  it('is declared with a queue that can be one, and a function', async () => {
    await refusal(ContractError, () => handleAll('a:b', () => 1));
    await refusal(ContractError, () => handleAll('notes', { attempts: 0 }, () => 1));
    await refusal(NotAHandlerError, () => handleAll('notes', 7 as never));
  });
});
