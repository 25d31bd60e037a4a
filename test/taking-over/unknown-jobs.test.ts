import { DeadLetteredError, OptionsError } from '@acktor/core';
import { Worker, handle, UnknownQueueError, type UnknownPolicy } from '@acktor/worker';
import { Worker as BullmqWorker } from 'bullmq';
import { expect } from 'chai';
import { RunnerTrial } from '../delivery/runner-trial.js';
import { note, ping } from '../jobs/notes.js';
import { plainConnection } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { Heard } from '../signals/heard.js';
import { WorkerTrial } from '../worker/worker-trial.js';

const aNote = handle(note, ({ data }) => ({ length: data.text.length }));

/** How a runner that handles notes ends another job, delivered so often. */
async function endOf(unknown: UnknownPolicy, ...deliveries: readonly number[]) {
  const trial = new RunnerTrial([aNote], { unknown });
  for (const [at, times] of deliveries.entries()) {
    trial.handle({ name: 'other', deliveries: times });
    await trial.heard.upTo(at + 1);
  }
  return { ends: trial.heard.all, log: trial.log };
}

describe('a job that no handler is for', function () {
  this.timeout(60_000);

  it('is a dead letter by default, whose reason names what is handled', async () => {
    await using trial = await WorkerTrial.open();
    await trial.work([aNote]);
    const { reason } = await rejection((await trial.producer.send(ping, { n: 1 })).result(), DeadLetteredError);
    expect(reason).to.equal('no handler for job "ping" on queue notes; this worker handles: note');
  });

  it('is acked with null where that is said, and logged once for its name', async () => {
    const { ends, log } = await endOf('ack', 1, 1);
    expect(ends).to.deep.equal([1, 2].map(() => ({ type: 'handler.returned', result: 'null' })));
    const said = log.lines.all.filter(({ level }) => level === 'warn');
    expect(said).to.have.length(1);
    expect(said[0]?.facts).to.deep.equal({ job: 'other', queue: 'notes' });
  });

  it('is left for longer each time, up to five seconds, without an attempt', async () => {
    for (const [times, least, most] of [
      [1, 125, 250],
      [2, 250, 500],
      [5, 2_000, 4_000],
      [100, 2_500, 5_000],
    ] as const) {
      const { ends } = await endOf('leave', times);
      const [end] = ends;
      if (end?.type !== 'handler.rejected' || end.settlement.kind !== 'requeue')
        throw new Error('expected it to be left');
      expect(end.settlement).to.include({ isForOthers: true });
      expect(end.settlement.afterMs).to.be.within(least, most);
    }
  });

  it('is a dead letter once it was left more often than it is to be', async () => {
    const trial = new RunnerTrial([aNote], { unknown: 'leave', mostTimesLeft: 3 });
    for (const deliveries of [3, 4]) {
      trial.handle({ name: 'other', deliveries });
      await trial.heard.upTo(deliveries - 2);
    }
    const kinds = trial.heard.all.map((end) => end.type === 'handler.rejected' && end.settlement.kind);
    expect(kinds).to.deep.equal(['requeue', 'deadLetter']);
  });

  it('is handled by a worker of BullMQ when it is left, while the contract has its own handler', async () => {
    await using trial = await WorkerTrial.open();
    const { namespace: prefix, url } = trial;
    const handled = new Heard<string>();
    const connection = plainConnection(url);
    await trial.work([aNote], { unknown: { notes: 'leave' }, consumers: 4 });
    await using queue = trial.queue('notes');
    const added = await Promise.all(Array.from({ length: 20 }, (_, n) => queue.add('other', { n })));
    // What ours has met by now is delayed; BullMQ's worker comes later.
    await trial.log.lines.first(({ message }) => message.includes('left to other workers'));
    const theirs = new BullmqWorker(
      'notes',
      async ({ name, id = '' }) => {
        if (name !== 'other') throw new Error('not mine');
        handled.push(id);
        return Promise.resolve();
      },
      { connection, prefix, drainDelay: 1 },
    );
    try {
      await handled.upTo(added.length);
      expect(new Set(handled.all)).to.deep.equal(new Set(added.map(({ id }) => id)));
      expect(await queue.getFailedCount()).to.equal(0);
    } finally {
      await theirs.close();
    }
  });

  it('is what a queue of the worker says, and no other word', async () => {
    await using trial = await WorkerTrial.open();
    await rejection(trial.work([aNote], { unknown: { calls: 'leave' } }), UnknownQueueError);
    for (const unknown of ['drop', { notes: 'drop' }, 7])
      await rejection(Worker.start({ handlers: [aNote], unknown: unknown as never }), OptionsError);
  });
});
