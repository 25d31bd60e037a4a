// Random texts and values through a real queue: sent, handled, thrown, rejected with, said as progress and logged.
import { AcktorError, DeadLetteredError, job, Operator, type Receipt } from '@acktor/core';
import { reject, type Delivery, type RejectOptions } from '@acktor/worker';
import { expect } from 'chai';
import { z } from 'zod';
import { handlerOf } from '../handler/handler-of.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { Hostile, HOSTILE_SEED, HOSTILE_VALUES } from './hostile-values.js';

const JOBS = Math.ceil(HOSTILE_VALUES / 100);

const hostileJob = job('hostile', {
  queue: 'hostile',
  data: z.object({ n: z.int(), value: z.unknown() }),
  result: z.unknown(),
  attempts: 2,
  backoff: { type: 'fixed', delayMs: 0 },
  // A handler may answer an object whose `then` calls nobody back: a promise that never settles.
  deadlineMs: 5_000,
});
type HostileJob = typeof hostileJob;

describe('a queue that random texts and values go through', function () {
  this.timeout(180_000);

  it(`ends each of ${JOBS} jobs, and stays readable for everybody`, async () => {
    await using trial = await WorkerTrial.open();
    await using operator = await Operator.connect({ redis: trial.url, namespace: trial.namespace });
    const untyped: unknown[] = [];
    await trial.work([handlerOf(hostileJob, (delivery) => misbehave(delivery, untyped))], {
      consumers: 20,
      letGoMs: 50,
      replaceStuckConsumers: true,
      drainMs: 200,
    });
    const receipts = await sendAll(trial, untyped);
    const ends = await Promise.allSettled(receipts.map((receipt) => receipt.result({ timeoutMs: 120_000 })));
    const odd = ends.filter((end) => end.status === 'rejected' && !(end.reason instanceof DeadLetteredError));
    expect(odd, `seed ${HOSTILE_SEED}`).to.deep.equal([]);
    expect(untyped, `seed ${HOSTILE_SEED}`).to.deep.equal([]);

    // Two hostile ids may be the same one, which makes one job of two sends.
    const dead = new Set(receipts.filter((_, at) => ends[at]?.status === 'rejected').map(({ id }) => id)).size;
    expect(dead, 'some end well and some do not').to.be.within(receipts.length * 0.2, receipts.length * 0.9);
    await using queue = trial.queue('hostile');
    expect(await queue.getJobCounts('active', 'wait', 'delayed', 'failed')).to.deep.equal({
      active: 0,
      wait: 0,
      delayed: 0,
      failed: dead,
    });
    const [completed, failed] = [await queue.getCompleted(0, 500), await queue.getFailed(0, 500)];
    expect(completed.length).to.be.above(0);
    for (const { failedReason, stacktrace } of failed) {
      expect(failedReason).to.satisfy((reason: string) => reason !== '' && reason.isWellFormed());
      for (const stack of stacktrace ?? []) expect(Buffer.byteLength(stack)).to.be.at.most(16_384);
    }
    for (const { id } of failed.slice(0, 100)) {
      const details = await operator.job('hostile', id ?? '');
      expect(details?.attempts.length, 'its history can be read').to.be.above(0);
    }
    // What the queue does for an ordinary job afterwards.
    const last = await trial.producer.send(hostileJob, { n: -1, value: 'last' });
    expect(await last.result({ timeoutMs: 10_000 })).to.equal('last');
  });
});

/** Sends what can be sent, under hostile ids now and then; notes what is refused without an error of ours. */
async function sendAll(trial: WorkerTrial, untyped: unknown[]): Promise<readonly Receipt<HostileJob>[]> {
  const receipts: Receipt<HostileJob>[] = [];
  const sends = Array.from({ length: JOBS }, async (_, n) => {
    const hostile = new Hostile(HOSTILE_SEED + n);
    const value = hostile.value();
    const id = hostile.below(10) === 0 ? hostile.text() : `${n}-${hostile.below(1_000)}`;
    const send = (payload: unknown) => trial.producer.send(hostileJob, { n, value: payload }, { id });
    try {
      receipts.push(await send(value));
    } catch (error) {
      if (!(error instanceof AcktorError)) untyped.push(error);
      await send('plain').then((receipt) => receipts.push(receipt), noteUntyped(untyped));
    }
  });
  await Promise.all(sends);
  return receipts;
}

async function misbehave({ data, progress, log }: Delivery<HostileJob>, untyped: unknown[]): Promise<unknown> {
  if (data.n < 0) return data.value;
  const hostile = new Hostile(HOSTILE_SEED + 1_000_000 + data.n);
  await progress(hostile.value()).catch(noteUntyped(untyped));
  await log(hostile.text()).catch(noteUntyped(untyped));
  await log(hostile.value() as string).catch(noteUntyped(untyped));
  const way = hostile.below(6);
  if (way === 0) return hostile.value();
  if (way === 1) return reject({ deadLetter: hostile.text() });
  if (way === 2) return reject({ deadLetter: hostile.value() } as RejectOptions);
  if (way === 3) return reject({ retryInMs: hostile.value() } as RejectOptions);
  if (way === 4) return 'well';
  throw hostile.thrown();
}

function noteUntyped(untyped: unknown[]): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof AcktorError)) untyped.push(error);
  };
}
