// What producers, workers and operators do, each with a URL of its own: the same on every kind of server.
import { DeadLetteredError, flow, Operator } from '@acktor/core';
import { connectFleet } from '@acktor/core/engine';
import { onDead, reject } from '@acktor/worker';
import { expect } from 'chai';
import { handlerOf, recording } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { call, note } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';
import { Heard } from '../signals/heard.js';
import { WorkerChild } from '../worker/worker-child.js';
import { WorkerTrial } from '../worker/worker-trial.js';

/** By which URL each role comes in. */
export interface Doors {
  readonly producer: string;
  readonly worker: string;
  readonly operator: string;
}

/** One URL for all roles. */
export function oneDoor(url: string): Doors {
  return { producer: url, worker: url, operator: url };
}

/** To be called in a `describe`. */
export function everyFeatureWorks(doors: () => Doors): void {
  it('answers a producer with the result', async () => {
    await using trial = await WorkerTrial.open(doors().producer);
    const { handler } = recording(note, async ({ data, progress, log }) => {
      await progress(50);
      await log('half');
      return { length: data.text.length };
    });
    await trial.work([handler], { redis: doors().worker });
    const sends = [{ delayMs: 20 }, { priority: 2 }, {}].map((how) =>
      trial.producer.send(note, { text: 'hello' }, how),
    );
    for (const receipt of await Promise.all(sends)) {
      expect(await receipt.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 5 });
    }
  });

  it('redrives a dead letter, and purges another', async () => {
    await using trial = await WorkerTrial.open(doors().producer);
    let isBroken = true;
    const { handler } = recording(note, () => {
      if (isBroken) throw new Error('broken');
      return { length: 1 };
    });
    await trial.work([handler], { redis: doors().worker });
    const receipts = await Promise.all(['one', 'two'].map((id) => trial.producer.send(note, { text: id }, { id })));
    for (const receipt of receipts) await rejection(receipt.result({ timeoutMs: 10_000 }), DeadLetteredError);
    isBroken = false;
    await using operator = await Operator.connect({ redis: doors().operator, namespace: trial.namespace });
    const graves = operator.deadLetters('notes');
    expect(await graves.count()).to.equal(2);
    await graves.redrive('one');
    await receipts[0]?.result({ timeoutMs: 10_000 });
    await graves.purge('two');
    expect(await graves.count()).to.equal(0);
  });

  it('sends jobs with an ack, and the notice of a dead job with its dead letter', async () => {
    await using trial = await WorkerTrial.open(doors().producer);
    const dead = new Heard<string>();
    const { handler, deliveries } = recording(call, () => undefined);
    const sender = handlerOf(note, ({ data, sendWithAck }) => {
      if (data.text === 'die') return reject({ deadLetter: 'no use' });
      const send = (number: string, how = {}) => sendWithAck(call, { number }, how);
      for (const [number, how] of [
        ['a', {}],
        ['b', { delayMs: 20 }],
        ['c', { priority: 2 }],
      ] as const)
        send(number, how);
      return { length: 1 };
    });
    const mend = onDead(note, ({ reason }) => dead.push(reason));
    await trial.work([sender, handler], { redis: doors().worker, onDead: [mend] });
    await trial.producer.send(note, { text: 'live' });
    await trial.producer.send(note, { text: 'die' });
    for (const number of ['a', 'b', 'c']) await deliveries.first(({ data }) => data.number === number);
    expect(await dead.first()).to.equal('no use');
  });

  it('runs a flow, cancels another, and redrives it', async () => {
    await using trial = await WorkerTrial.open(doors().producer);
    await using operator = await Operator.connect({ redis: doors().operator, namespace: trial.namespace });
    let isHeld = false;
    const { handler, deliveries } = recording(note, (delivery) => (isHeld ? untilAborted(delivery) : { length: 1 }));
    const two = flow('two', { queue: 'flows', data: note.data, result: note.result }, (step, end) => {
      const first = step('first', note, { data: (_, { data }) => data });
      const then = step('then', note, { after: [first], data: ({ first: { length } }) => ({ text: String(length) }) });
      return end({ after: [then], result: ({ then: result }) => result });
    });
    await trial.work([handler], { redis: doors().worker, flows: [two] });
    const receipt = await trial.producer.send(two, { text: 'x' }, { id: 'one' });
    expect(await receipt.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 1 });
    expect(await operator.flow('flows', 'one')).to.deep.include({ phase: 'done', done: 2 });
    isHeld = true;
    const other = await trial.producer.send(two, { text: 'y' }, { id: 'other' });
    await deliveries.first(({ data }) => data.text === 'y');
    expect(await operator.cancel('flows', 'other')).to.equal('signalled');
    await rejection(other.result({ timeoutMs: 10_000 }), DeadLetteredError);
    isHeld = false;
    await operator.deadLetters('flows').redrive('other');
    expect(await other.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 1 });
  });

  it('lets go a job that is cancelled under way', async () => {
    await using trial = await WorkerTrial.open(doors().producer);
    const { handler, deliveries } = recording(note, (delivery) => untilAborted(delivery));
    await trial.work([handler], { redis: doors().worker });
    const receipt = await trial.producer.send(note, { text: 'long' });
    await deliveries.first();
    expect(await trial.producer.cancel(note, receipt.id)).to.equal('signalled');
    await rejection(receipt.result({ timeoutMs: 10_000 }), DeadLetteredError);
  });

  it('hands on at once what a killed worker held', async () => {
    await using trial = await WorkerTrial.open(doors().producer);
    const options = { redis: doors().worker, namespace: trial.namespace };
    await using child = await WorkerChild.start({ handler: 'neverEnds', options });
    const receipt = await trial.producer.send(note, { text: 'hello' });
    await child.hears('handling');
    const { handler, deliveries } = recording(note, ({ data }) => ({ length: data.text.length }));
    await trial.work([handler], { redis: doors().worker });
    child.signal('SIGKILL');
    const killedAt = performance.now();
    expect((await deliveries.first()).redelivered).to.equal(true);
    expect(performance.now() - killedAt).to.be.below(LONGEST_TAKEOVER_MS);
    await receipt.result({ timeoutMs: 10_000 });
  });

  it('shows queues, jobs and workers to an operator, who pauses and resumes', async () => {
    await using trial = await WorkerTrial.open(doors().producer);
    await using operator = await Operator.connect({ redis: doors().operator, namespace: trial.namespace });
    await using fleet = await connectFleet({ redis: doors().operator, namespace: trial.namespace });
    await trial.producer.send(note, { text: 'x' }, { id: 'x' });
    await trial.producer.send(call, { number: '1' }, { id: 'y', delayMs: 60_000 });
    expect(await operator.discoverQueues()).to.deep.equal(['calls', 'notes']);
    expect(await operator.queues()).to.have.length(2);
    expect((await operator.job('notes', 'x'))?.payload).to.contain('x');
    expect((await operator.jobs('calls', { place: 'delayed' })).jobs).to.have.length(1);
    await operator.pause('calls');
    const { handler, deliveries } = recording(call, () => undefined);
    const worker = await trial.work([handler], { redis: doors().worker });
    expect((await fleet.workers()).map(({ workerId }) => workerId)).to.deep.equal([worker.id]);
    await operator.runNow('calls', 'y');
    await operator.resume('calls');
    await deliveries.first();
  });

  it('hands out jobs with a key in turn, and lets an operator look after the keys', async () => {
    await using trial = await WorkerTrial.open(doors().producer);
    await using operator = await Operator.connect({ redis: doors().operator, namespace: trial.namespace });
    const send = (number: string, key: string, how = {}) => trial.producer.send(call, { number }, { key, ...how });
    const [first, second, third] = await Promise.all(['1', '2', '3'].map((number) => send(number, 'a')));
    await send('4', 'b', { priority: 2 });
    expect(await trial.producer.cancel(call, first?.id ?? '')).to.equal('removed');
    expect(await trial.producer.cancel(call, third?.id ?? '')).to.equal('removed');
    const keys = operator.keys('calls');
    await keys.pause('c');
    await Promise.all([send('5', 'c'), send('6', 'c')]);
    expect((await keys.list()).keys).to.have.length(3);
    expect(await keys.purge('c')).to.equal(2);
    await send('7', 'c');
    await keys.limit('c', { concurrency: 2 });
    await keys.resume('c');
    const { handler, deliveries } = recording(call, () => undefined);
    await trial.work([handler], { redis: doors().worker });
    for (const number of ['2', '4', '7']) await deliveries.first(({ data }) => data.number === number);
    expect(await second?.result({ timeoutMs: 10_000 })).to.equal(undefined);
  });

  it('goes on after the steps of a job that were stored', async () => {
    await using trial = await WorkerTrial.open(doors().producer);
    const handler = handlerOf(note, async ({ step, attempt }) => {
      const length = await step('first', () => attempt);
      if (attempt === 1) throw new Error('not yet');
      return { length };
    });
    await trial.work([handler], { redis: doors().worker });
    const receipt = await trial.producer.send(note, { text: 'x' }, { id: 'x' });
    expect(await receipt.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 1 });
    await using operator = await Operator.connect({ redis: doors().operator, namespace: trial.namespace });
    expect((await operator.job('notes', 'x'))?.steps.map(({ name }) => name)).to.deep.equal(['first']);
  });

  it('lets an operator promote, move and remove all jobs of a place', async () => {
    await using trial = await WorkerTrial.open(doors().producer);
    await using operator = await Operator.connect({ redis: doors().operator, namespace: trial.namespace });
    const sent = [{ delayMs: 60_000 }, { delayMs: 60_000, priority: 3 }, {}, { priority: 2 }];
    await Promise.all(sent.map((options) => trial.producer.send(note, { text: 'x' }, options)));
    const all = (count: number) => ({ matched: count, done: count, left: 0 });
    expect(await operator.promoteAll('notes')).to.deep.equal(all(2));
    expect(await operator.moveAll('notes', '{notes}other', { place: 'waiting' }).catch(String)).to.deep.equal(all(4));
    expect(await operator.clear('{notes}other', { place: 'waiting' })).to.deep.equal(all(4));
    expect(await operator.clear('notes', { place: 'acked', olderThanMs: 1 })).to.deep.equal(all(0));
  });

  it('goes on with the schedules of a producer, which an operator looks after', async () => {
    await using trial = await WorkerTrial.open(doors().producer);
    await using operator = await Operator.connect({ redis: doors().operator, namespace: trial.namespace });
    const { handler, deliveries } = recording(note, ({ data }) => ({ length: data.text.length }));
    await trial.work([handler], { redis: doors().worker });
    await trial.producer.schedule('often', note, { everyMs: 100 }, { text: 'again' });
    await deliveries.first(({ scheduledFor }) => scheduledFor !== undefined);
    const schedules = operator.schedules('notes');
    expect((await schedules.list()).schedules).to.have.length(1);
    expect(await schedules.pause('often')).to.equal(true);
    expect(await schedules.resume('often')).to.equal(true);
    const id = await schedules.runNow('often');
    await deliveries.first((delivery) => delivery.id === id);
    expect(await schedules.remove('often')).to.equal(true);
    expect((await trial.producer.schedules(note).list()).schedules).to.deep.equal([]);
  });
}

/** A lease would take five times as long at the least. */
const LONGEST_TAKEOVER_MS = 3_000;
