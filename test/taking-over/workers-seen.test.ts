import { handleAll, type AnyHandler } from '@acktor/worker';
import { OptionsError } from '@acktor/core';
import { expect } from 'chai';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Queue } from 'bullmq';
import { rejection } from '../server/rejection.js';
import { signal } from '../signals/signal.js';
import { WorkerTrial } from '../worker/worker-trial.js';

const all = (queue: string, run = () => Promise.resolve()): AnyHandler => handleAll(queue, run);

/** The names of a queue's workers, as soon as there are so many: a connection is listed when it is open. */
async function workersOf(queue: Queue, count: number): Promise<readonly string[]> {
  for (;;) {
    const found = await queue.getWorkers();
    if (found.length >= count) return found.map(({ rawname = '' }) => rawname.split(':w:')[1] ?? '');
    await nextTurn();
  }
}

describe("the workers that BullMQ's clients see", function () {
  this.timeout(30_000);

  it("are Acktor's too, by the name that they were given, or their id", async () => {
    await using trial = await WorkerTrial.open();
    await using mails = trial.queue('mails');
    await using others = trial.queue('größe 📨');
    await trial.work([all('mails'), all('größe 📨')], { worker: 'mails-1' });
    const { id } = await trial.work([all('mails')]);
    expect(await workersOf(mails, 2)).to.have.members(['mails-1', id]);
    expect(await mails.getWorkersCount()).to.equal(2);
    expect(await workersOf(others, 1)).to.deep.equal(['mails-1']);
  });

  it('are seen while they work without a pause, and no more when they have stopped', async () => {
    await using trial = await WorkerTrial.open();
    await using mails = trial.queue('mails');
    await mails.add('long', {});
    const begun = signal();
    const mayEnd = signal();
    const busy = await trial.work(
      [
        all('mails', () => {
          begun.give();
          return mayEnd.given;
        }),
      ],
      { worker: 'busy' },
    );
    await begun.given;
    expect(await workersOf(mails, 1)).to.deep.equal(['busy']);
    mayEnd.give();
    await busy.close();
    while ((await mails.getWorkersCount()) > 0) await nextTurn();
  });

  it('have names that a server can list', async () => {
    await using trial = await WorkerTrial.open();
    for (const worker of ['', 'a\nb', 'x'.repeat(129)])
      await rejection(trial.work([all('mails')], { worker }), OptionsError);
    await using mails = trial.queue('mails');
    await trial.work([all('mails')], { worker: 'größe 1' });
    expect(await workersOf(mails, 1)).to.deep.equal(['gr%C3%B6%C3%9Fe%201']);
  });
});
