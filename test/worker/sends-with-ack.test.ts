import { expect } from 'chai';
import { handlerOf, recording } from '../handler/handler-of.js';
import { call, note } from '../jobs/notes.js';
import { WorkerTrial } from './worker-trial.js';

describe('what a handler sends with its ack', function () {
  this.timeout(20_000);
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  it('is sent once, by the delivery that is acked, and handled', async () => {
    const { handler, deliveries } = recording(call, () => undefined);
    const twice = handlerOf(note, ({ sendWithAck, attempt, id }) => {
      sendWithAck(call, { number: `attempt ${attempt} of ${id}` });
      if (attempt < 3) throw new Error('not yet');
      return { length: attempt };
    });
    await trial.work([twice, handler]);
    const receipt = await trial.producer.send(note, { text: 'x' }, { id: 'note-1' });
    expect(await receipt.result({ timeoutMs: 10_000 })).to.deep.equal({ length: 3 });
    expect((await deliveries.first()).data).to.deep.equal({ number: 'attempt 3 of note-1' });
    await using calls = trial.queue('calls');
    const counts = await calls.getJobCounts('waiting', 'active', 'delayed', 'completed');
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).to.equal(1);
  });

  it('is seen by plain BullMQ as any job that was sent', async () => {
    const sender = handlerOf(note, ({ sendWithAck }) => {
      sendWithAck(call, { number: 'one' }, { id: 'one', priority: 5 });
      sendWithAck(call, { number: 'two' }, { id: 'two', delayMs: 60_000 });
      sendWithAck(call, { number: 'three' }, { id: 'three' });
      return { length: 1 };
    });
    await trial.work([sender]);
    await (await trial.producer.send(note, { text: 'x' })).result({ timeoutMs: 10_000 });
    await using calls = trial.queue('calls');
    expect((await calls.getPrioritized()).map(({ id, name }) => [id, name])).to.deep.equal([['one', 'call']]);
    expect((await calls.getDelayed()).map(({ id, delay }) => [id, delay])).to.deep.equal([['two', 60_000]]);
    expect((await calls.getWaiting()).map(({ id, name }) => [id, name])).to.deep.equal([['three', 'call']]);
  });
});
