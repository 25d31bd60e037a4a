import { ClosedError, OptionsError, Producer, ResultTimeoutError, type Receipt } from '@acktor/core';
import { reject } from '@acktor/worker';
import { expect } from 'chai';
import { handlerOf } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { plainRedis } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { signal } from '../signals/signal.js';
import { WorkerTrial } from '../worker/worker-trial.js';

async function all(values: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const taken: unknown[] = [];
  for await (const value of values) taken.push(value);
  return taken;
}

describe('receipt.progress', function () {
  this.timeout(20_000);
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  it('gives each value as it comes, and ends when the job is acked', async () => {
    const receipt = await trial.producer.send(note, { text: 'x' });
    const values = all(receipt.progress());
    const first = receipt.progress()[Symbol.asyncIterator]();
    const begun = first.next();
    const next = signal();
    await trial.work([
      handlerOf(note, async ({ progress }) => {
        await progress({ done: 1 });
        await next.given;
        await progress({ done: 2 });
        await progress({ done: 3 });
        return { length: 1 };
      }),
    ]);
    expect(await begun).to.deep.equal({ done: false, value: { done: 1 } });
    next.give();
    expect(await values).to.deep.equal([{ done: 1 }, { done: 2 }, { done: 3 }]);
    await first.return?.();
  });

  it('begins with what is kept already, and has the last of a job that is over', async () => {
    const [told, mayEnd] = [signal(), signal()];
    await trial.work([
      handlerOf(note, async ({ progress }) => {
        await progress('half');
        told.give();
        await mayEnd.given;
        return { length: 1 };
      }),
    ]);
    const receipt = await trial.producer.send(note, { text: 'x' });
    await told.given;
    const late = receipt.progress()[Symbol.asyncIterator]();
    expect(await late.next()).to.deep.equal({ done: false, value: 'half' });
    mayEnd.give();
    expect(await late.next()).to.deep.equal({ done: true, value: undefined });
    await receipt.result();
    expect(await all(trial.producer.receipt(note, receipt.id).progress())).to.deep.equal(['half']);
  });

  it('ends when the job is dead or gone, which result() says', async () => {
    await trial.work([
      handlerOf(note, async ({ progress }) => {
        await progress(1);
        return reject({ deadLetter: 'no use' });
      }),
    ]);
    const receipt = await trial.producer.send(note, { text: 'x' });
    expect(await all(receipt.progress())).to.deep.equal([1]);
    expect(await all(trial.producer.receipt(note, 'never-sent').progress())).to.deep.equal([]);
  });

  it('throws when its time is over, its signal aborts or the producer closes, and nobody waits any more', async () => {
    const receipt = await trial.producer.send(note, { text: 'x' });
    expect((await rejection(all(receipt.progress({ timeoutMs: 50 })), ResultTimeoutError)).timeoutMs).to.equal(50);
    const gone = new AbortController();
    const aborted = all(receipt.progress({ signal: gone.signal }));
    gone.abort(new RangeError('enough'));
    await rejection(aborted, RangeError);
    expect(() => receipt.progress({ timeoutMs: -1 })).to.throw(OptionsError);
    const { url: redis, namespace } = trial;
    const own = await Producer.connect({ redis, namespace });
    const left = all(own.receipt(note, receipt.id).progress());
    left.catch(() => undefined);
    // Its first look is under way, or its waiting: close() ends either.
    await own
      .receipt(note, receipt.id)
      .result({ timeoutMs: 20 })
      .catch(() => undefined);
    await own.close();
    await rejection(left, ClosedError);
  });

  it('shares one connection with all receipts of the queue, and with result()', async () => {
    const receipts = await Promise.all([1, 2, 3].map(() => trial.producer.send(note, { text: 'x' })));
    const readings = receipts.map((receipt: Receipt<typeof note>) => [all(receipt.progress()), receipt.result()]);
    await trial.work([handlerOf(note, () => ({ length: 1 }))]);
    await Promise.all(readings.flat());
    using redis = await plainRedis(trial.url);
    const clients = String(await redis.client('LIST')).split('\n');
    const ours = clients.filter((line) => line.includes(`name=acktor-events-notes`));
    expect(ours.length).to.be.at.most(1);
  });
});
