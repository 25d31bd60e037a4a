import { handles, type Handler } from '@acktor/worker';
import { expect } from 'chai';
import { container, inject, type Disposable } from 'tsyringe';
import { Producer } from '@acktor/core';
import { call, note } from '../jobs/notes.js';
import { handlerOf } from '../handler/handler-of.js';
import { WorkerTrial } from './worker-trial.js';

class NeverLetsGo implements Disposable {
  dispose() {
    return new Promise<void>(() => undefined);
  }
}

describe('a worker, what its handlers are built of', function () {
  this.timeout(60_000);

  it('acks a delivery whose dependency never lets go, once, and closes', async () => {
    await using trial = await WorkerTrial.open();
    let handled = 0;
    @handles(note)
    class Uses implements Handler<typeof note> {
      constructor(readonly stuck: NeverLetsGo) {}
      handle() {
        handled += 1;
        return { length: 0 };
      }
    }
    const worker = await trial.work([Uses], { drainMs: 1_000 });
    const receipt = await trial.producer.send(note, { text: 'hello' });
    await receipt.result({ timeoutMs: 10_000 });
    await worker.close();
    expect((await trial.log.said('of NeverLetsGo has not settled')).level).to.equal('warn');
    await using queue = trial.queue('notes');
    expect([handled, await queue.getJobCountByTypes('wait', 'active', 'delayed')]).to.deep.equal([1, 0]);
  });

  it('disposes, when it closes, of what was built for it, and names at its start what each delivery builds', async () => {
    await using trial = await WorkerTrial.open();
    const disposed: string[] = [];
    class Pool implements Disposable {
      dispose() {
        disposed.push('pool');
      }
    }
    class Anew {}
    @handles(note)
    class Uses implements Handler<typeof note> {
      constructor(
        readonly pool: Pool,
        readonly anew: Anew,
      ) {}
      handle() {
        return { length: disposed.length };
      }
    }
    const own = container.createChildContainer().registerSingleton(Pool);
    const worker = await trial.work([Uses], { container: own });
    expect((await trial.log.said('built anew')).facts['builtAnew']).to.deep.equal(['Anew']);
    for (const text of ['a', 'b'])
      expect(await (await trial.producer.send(note, { text })).result()).to.deep.equal({ length: 0 });
    await worker.close();
    expect(disposed).to.deep.equal(['pool']);
  });

  it('lets a handler send, by a producer that is registered', async () => {
    await using trial = await WorkerTrial.open();
    @handles(note)
    class Forwards implements Handler<typeof note> {
      constructor(@inject(Producer) private readonly producer: Producer) {}
      async handle() {
        await this.producer.send(call, { number: '1' }, { id: 'forwarded' });
        return { length: 0 };
      }
    }
    const own = container.createChildContainer().registerInstance(Producer, trial.producer);
    await trial.work([Forwards, handlerOf(call, () => undefined)], { container: own });
    await (await trial.producer.send(note, { text: 'hello' })).result();
    await trial.producer.receipt(call, 'forwarded').result();
  });
});
