import { JobGoneError, NameError, OptionsError, ResultTimeoutError } from '@acktor/core';
import { connectBroker, controlChannel, readControlMessage } from '@acktor/core/internal';
import { CancelledError } from '@acktor/worker';
import { expect } from 'chai';
import { recording } from '../handler/handler-of.js';
import { untilAborted } from '../handler/until-aborted.js';
import { call, note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { brokerOptions } from '../real-redis/real-redis.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from '../worker/worker-trial.js';

const why = 'the order was withdrawn';
const payload = { text: 'hello' };

describe('producer.cancel', function () {
  this.timeout(30_000);

  for (const [kind, options] of Object.entries({
    'waits for its turn': {},
    'waits for its time': { delayMs: 60_000 },
    'waits by its priority': { priority: 4 },
  })) {
    it(`removes a job that ${kind}, and tells whoever waits for it`, async () => {
      await using trial = await WorkerTrial.open();
      const receipt = await trial.producer.send(note, payload, options);
      await using queue = trial.queue('notes');
      // Who waits for the second time follows the queue already; one look at it later, it has looked at the job.
      await rejection(receipt.result({ timeoutMs: 20 }), ResultTimeoutError);
      const waiting = rejection(receipt.result({ timeoutMs: 2_000 }), JobGoneError);
      await queue.getJobState(receipt.id);
      expect(await trial.producer.cancel(note, receipt.id)).to.equal('removed');
      expect(await waiting).to.include({ jobId: receipt.id, jobName: 'note' });
      using redis = await plainRedis();
      const left = await redis.keys(`${trial.namespace}:notes:${receipt.id}*`);
      expect(left).to.deep.equal([]);
      expect(await queue.getJobCounts('wait', 'delayed', 'prioritized')).to.deep.equal({
        wait: 0,
        delayed: 0,
        prioritized: 0,
      });
      expect(await trial.producer.cancel(note, receipt.id)).to.equal('notFound');
    });
  }

  it('reaches the handler that runs the job, in whichever worker', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recording(note, (delivery) => untilAborted(delivery));
    await trial.work([handler]);
    await trial.work([handler]);
    const receipt = await trial.producer.send(note, payload);
    const delivery = await deliveries.first();
    expect(await trial.producer.cancel(note, receipt.id, { why })).to.equal('signalled');
    await rejection(receipt.result(), Error);
    expect(delivery.signal.reason).to.be.instanceOf(CancelledError);
    const letter = await trial.producer.deadLetters(note).get(receipt.id);
    expect(letter?.reason).to.equal(`job ${receipt.id} was cancelled: ${why}`);
  });

  it('lets a job of the same id in another queue be', async () => {
    await using trial = await WorkerTrial.open();
    const ours = recording(note, (delivery) => untilAborted(delivery));
    const theirs = recording(call, (delivery) => untilAborted(delivery));
    await trial.work([ours.handler, theirs.handler]);
    const receipt = await trial.producer.send(note, payload, { id: 'order-a' });
    await trial.producer.send(call, { number: '7' }, { id: 'order-a' });
    const other = await theirs.deliveries.first();
    await ours.deliveries.first();
    await trial.producer.cancel(note, 'order-a', { why });
    await rejection(receipt.result(), Error);
    expect(other.signal.aborted).to.equal(false);
    expect(await trial.producer.cancel(call, 'order-a')).to.equal('signalled');
  });

  it('says on the control channel of the queue which job is to be let go', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recording(note, (delivery) => untilAborted(delivery));
    await trial.work([handler]);
    using subscriber = await plainRedis();
    const said = new Promise((resolve) => subscriber.once('message', (_channel, text: string) => resolve(text)));
    await subscriber.subscribe(controlChannel(trial.namespace, 'notes'));
    const receipt = await trial.producer.send(note, payload);
    await deliveries.first();
    await trial.producer.cancel(note, receipt.id, { why });
    expect(readControlMessage(String(await said))).to.deep.equal({ cancel: receipt.id, why, fence: 1 });
  });

  it('reaches a job whose worker died before it heard', async () => {
    await using trial = await WorkerTrial.open();
    const connected = await connectBroker(brokerOptions({ namespace: trial.namespace }));
    const receipt = await trial.producer.send(note, payload);
    const request = { leaseMs: 60_000, worker: 'doomed', wantsStatus: false };
    await connected.broker.workQueue('notes').settleAndFetch([{ fetch: 'doomed|1' }], request);
    expect(await trial.producer.cancel(note, receipt.id, { why })).to.equal('signalled');
    const dead = { process: 'doomed', deliveryLimit: 20 };
    expect((await connected.broker.releaseDead('notes', dead)).returned).to.deep.equal([receipt.id]);
    const { handler, deliveries } = recording(note, () => ({ length: 1 }));
    await trial.work([handler]);
    expect((await rejection(receipt.result(), Error)).message).to.contain(why);
    expect(deliveries.all).to.deep.equal([]);
    await connected.close();
  });

  it('is forgotten when the job is redriven', async () => {
    await using trial = await WorkerTrial.open();
    const connected = await connectBroker(brokerOptions({ namespace: trial.namespace }));
    const receipt = await trial.producer.send(note, payload);
    const request = { leaseMs: 60_000, worker: 'doomed', wantsStatus: false };
    await connected.broker.workQueue('notes').settleAndFetch([{ fetch: 'doomed|1' }], request);
    await trial.producer.cancel(note, receipt.id, { why });
    await connected.broker.releaseDead('notes', { process: 'doomed', deliveryLimit: 20 });
    const { handler } = recording(note, () => ({ length: 1 }));
    await trial.work([handler]);
    await rejection(receipt.result(), Error);
    await trial.producer.deadLetters(note).redrive(receipt.id);
    expect(await receipt.result()).to.deep.equal({ length: 1 });
    await connected.close();
  });

  it('comes too late for a job that has ended', async () => {
    await using trial = await WorkerTrial.open();
    const { handler } = recording(note, () => ({ length: 1 }));
    await trial.work([handler]);
    const receipt = await trial.producer.send(note, payload);
    await receipt.result();
    expect(await trial.producer.cancel(note, receipt.id)).to.equal('ended');
    expect(await receipt.result()).to.deep.equal({ length: 1 });
  });

  it('touches nothing that is no job', async () => {
    await using trial = await WorkerTrial.open();
    expect(await trial.producer.cancel(note, 'unknown')).to.equal('notFound');
    for (const id of ['meta', 'wait', 'id', 'acktor:suspects', 'events'])
      expect(await trial.producer.cancel(note, id), id).to.equal('notFound');
    for (const id of ['', 'x'.repeat(1_025)]) await rejection(trial.producer.cancel(note, id), NameError);
    await rejection(trial.producer.cancel(note, 'unknown', { why: 'x'.repeat(1_001) }), OptionsError);
  });
});

describe('readControlMessage', () => {
  it('reads what a cancel says, and nothing else', () => {
    expect(readControlMessage('{"cancel":"a","why":"b"}')).to.deep.equal({ cancel: 'a', why: 'b' });
    for (const text of ['', '{', 'null', '3', '[]', '{"cancel":1,"why":"b"}', '{"cancel":"a"}']) {
      expect(readControlMessage(text), text).to.equal(undefined);
    }
  });
});
