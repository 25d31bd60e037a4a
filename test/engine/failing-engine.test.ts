import { job, Producer } from '@acktor/core';
import type { Broker, Engine, WorkQueue } from '@acktor/core/engine';
import { memoryEngine } from '@acktor/testing';
import { handle, Worker } from '@acktor/worker';
import { expect } from 'chai';
import { z } from 'zod';
import { LogRecorder } from '../signals/log-recorder.js';

const count = job('count', { queue: 'counts', data: z.object({}), result: z.int() });

describe('an engine that throws where it should reject', () => {
  it('fails a call, and not the process', async () => {
    const memory = memoryEngine();
    let throws = 0;
    const clumsy = (queue: WorkQueue): WorkQueue => {
      const settleAndFetch: WorkQueue['settleAndFetch'] = (...given) => {
        if (throws > 0) return queue.settleAndFetch(...given);
        throws += 1;
        throw new Error('thrown, and not rejected');
      };
      return instead(queue, { settleAndFetch });
    };
    const openBroker: Engine['openBroker'] = async (opening) => {
      const connected = await memory.openBroker(opening);
      const workQueue: Broker['workQueue'] = (name) => clumsy(connected.broker.workQueue(name));
      return { ...connected, close: () => connected.close(), broker: instead(connected.broker, { workQueue }) };
    };
    const engine = instead<Engine>(memory, { openBroker });
    await using worker = await Worker.start({ engine, handlers: [handle(count, () => 7)], logger: new LogRecorder() });
    await using producer = await Producer.connect({ engine: memory });
    const receipt = await producer.send(count, {});
    // What became of a call that failed is asked for a while later.
    for (let turns = 0; turns < 20 && worker.health().held === 0; turns += 1) await memory.advance({ seconds: 1 });
    expect(await receipt.result({ timeoutMs: 5_000 })).to.equal(7);
    expect(throws).to.equal(1);
  });
});

/** The same object, with other methods for some. */
function instead<T extends object>(whole: T, methods: Partial<T>): T {
  return new Proxy(whole, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return Reflect.get(methods, name) as unknown;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
