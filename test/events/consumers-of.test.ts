import { hostname } from 'node:os';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { call, note } from '../jobs/notes.js';
import { signal } from '../signals/signal.js';
import { WorkerTrial } from '../worker/worker-trial.js';

describe('producer.consumersOf', function () {
  this.timeout(20_000);

  it('says whether anybody consumes the queue of a job, how many do, and where', async () => {
    await using trial = await WorkerTrial.open();
    const nobody = { queue: 'notes', isConsumed: false, workers: 0, consumers: 0, hosts: [] };
    expect(await trial.producer.consumersOf(note)).to.deep.equal(nobody);
    const [begun, mayEnd] = [signal(), signal()];
    const handler = handlerOf(note, async () => {
      begun.give();
      await mayEnd.given;
      return { length: 1 };
    });
    const first = await trial.work([handler], { consumers: 3 });
    const second = await trial.work([handlerOf(note, () => ({ length: 1 })), handlerOf(call, () => undefined)]);
    const hosts = [hostname()];
    expect(await trial.producer.consumersOf(note)).to.deep.equal({
      queue: 'notes',
      isConsumed: true,
      workers: 2,
      consumers: 4,
      hosts,
    });
    expect(await trial.producer.consumersOf(call)).to.deep.include({ queue: 'calls', workers: 1, consumers: 1 });
    await second.close();
    await trial.producer.send(note, { text: 'x' });
    await begun.given;
    const closed = first.close();
    expect(await trial.producer.consumersOf(note), 'one that drains takes nothing more').to.deep.equal(nobody);
    mayEnd.give();
    await closed;
  });
});
