import { DeadLetteredError, flow, job } from '@acktor/core';
import { handle } from '@acktor/worker';
import { expect } from 'chai';
import { z } from 'zod';
import { plainWorker } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from '../worker/worker-trial.js';
import { until } from '../signals/until.js';
import { add, diamond, engineKinds, FlowTrial, undo } from './sums.js';

const within = { timeoutMs: 20_000 };
const data = z.object({ n: z.number() });

for (const kind of engineKinds)
  describe(`what no event reports of a flow on ${kind}`, function () {
    this.timeout(60_000);

    /** Has the flow's job delivered now, and waits until it is back among the delayed ones. */
    const look = async (trial: FlowTrial, id: string) => {
      const before = (await trial.operator.job('flows', id))?.deliveries ?? 0;
      expect(await trial.operator.runNow('flows', id)).to.equal(true);
      await until('it has looked', async () => {
        const job = await trial.operator.job('flows', id);
        return job === undefined || (job.deliveries > before && job.place !== 'active' && job.place !== 'waiting');
      });
    };

    it('is found by a look: a step whose job was removed has failed when two looks have not found it', async () => {
      await using trial = await FlowTrial.open(kind);
      const flows = flow('removed', { queue: 'flows', data }, (step) => {
        step('a', add, { data: () => ({ label: 'a', terms: [] }) });
      });
      // Nothing handles the step.
      await trial.work([flows], { handlers: [handle(undo, () => undefined)] });
      const receipt = await trial.producer.send(flows, { n: 1 }, { id: 'f' });
      await until('the step is sent', async () => {
        const [step] = (await trial.operator.flow('flows', 'f'))?.steps ?? [];
        return (
          step !== undefined && (await trial.operator.cancel('sums', step.jobId).catch(() => undefined)) === 'removed'
        );
      });
      await until('the flow is delayed', async () => (await trial.operator.job('flows', 'f'))?.place === 'delayed');
      await look(trial, 'f');
      expect((await trial.operator.flow('flows', 'f'))?.phase).to.equal('running');
      await look(trial, 'f');
      const { reason } = await rejection(receipt.result(within), DeadLetteredError);
      expect(reason).to.equal('step a failed: its job is gone: it was removed, or its queue has forgotten it');
    });

    it('counts the time of a flow that is redriven anew', async () => {
      await using trial = await FlowTrial.open(kind);
      const flows = flow('late', { queue: 'flows', data, timeLimitMs: LIMIT_MS }, (step) => {
        step('a', add, { data: () => ({ label: 'a', terms: [] }) });
      });
      trial.failing.add('a');
      await trial.work([flows]);
      const receipt = await trial.producer.send(flows, { n: 1 }, { id: 'f' });
      await rejection(receipt.result(within), DeadLetteredError);
      const { sentAtMs = 0 } = (await trial.operator.job('flows', 'f')) ?? {};
      await until('its time is over', async () => (await trial.operator.queue('flows')).readAtMs > sentAtMs + LIMIT_MS);
      trial.failing.delete('a');
      const release = trial.hold('a');
      expect(await trial.operator.deadLetters('flows').redrive('f')).to.equal(true);
      await until('it runs again', async () => (await trial.operator.flow('flows', 'f'))?.run === 2);
      await until('the flow is delayed', async () => (await trial.operator.job('flows', 'f'))?.place === 'delayed');
      await look(trial, 'f');
      expect(await trial.operator.flow('flows', 'f')).to.include({ phase: 'running', isCancelled: false });
      release();
      await until('the flow is acked', async () => (await trial.operator.job('flows', 'f'))?.place === 'acked');
    });

    it('ends a flow whose first event is a dead letter, and begins it when it is redriven', async () => {
      await using trial = await FlowTrial.open(kind);
      const { operator, producer } = trial;
      const flows = flow('unbegun', { queue: 'flows', data }, (step) => {
        step('a', add, { data: () => ({ label: 'a', terms: [] }) });
      });
      const worker = await trial.work([flows]);
      await (await producer.send(flows, { n: 1 })).result(within);
      await operator.pause('{flows}@flow');
      const receipt = await producer.send(flows, { n: 1 }, { id: 'f' });
      await until('the flow is delayed', async () => (await operator.job('flows', 'f'))?.place === 'delayed');
      await worker.close();
      const strange = job('unbegun', { queue: '{flows}@flow', data: z.unknown(), attempts: 1 });
      const failing = handle(strange, () => {
        throw new Error('not mine');
      });
      const other = await trial.work([], { handlers: [failing] });
      await operator.resume('{flows}@flow');
      await until('the event is dead', async () => (await operator.queue('{flows}@flow')).deadLetters === 1);
      await other.close();
      await trial.work([flows]);
      expect(await operator.runNow('flows', 'f')).to.equal(true);
      const { reason } = await rejection(receipt.result(within), DeadLetteredError);
      expect(reason).to.contain('the flow could not begin: its first event is a dead letter: not mine');
      const { phase, steps } = (await operator.flow('flows', 'f')) ?? {};
      expect([phase, steps?.map(({ state }) => state)]).to.deep.equal(['dead', ['waiting']]);
      await operator.deadLetters('flows').redrive('f');
      await receipt.result(within);
    });

    it('is left to newer workers, when the flow is one of a newer contract', async () => {
      await using trial = await FlowTrial.open(kind);
      await trial.work([oldGrown]);
      // Begun by an older worker, and ended by a newer one, which has a step more.
      const letGo = trial.hold('a');
      const begun = await trial.producer.send(oldGrown, { n: 1 }, { id: 'begun' });
      await trial.handled.first();
      await trial.work([newGrown]);
      const sent = await trial.producer.send(newGrown, { n: 1 }, { id: 'sent' });
      letGo();
      expect(await sent.result(within)).to.equal(2);
      expect([1, 2]).to.include(await begun.result(within));
    });

    it('is done by a newer worker that has a step more, and by no older one, once it was taken up', async () => {
      await using trial = await FlowTrial.open(kind);
      const { operator } = trial;
      const phase = async () => (await operator.flow('flows', 'f'))?.phase;
      const older = await trial.work([oldGrown]);
      const letGo = trial.hold('a');
      const receipt = await trial.producer.send(oldGrown, { n: 1 }, { id: 'f' });
      await trial.handled.first();
      await until('it is delayed', async () => (await operator.job('flows', 'f'))?.place === 'delayed');
      await operator.pause('flows');
      letGo();
      await until('the older worker has taken it for done', async () => (await phase()) === 'done');
      await older.close();
      await operator.pause('{flows}@flow');
      const newer = await trial.work([newGrown]);
      await operator.resume('flows');
      await until('the newer worker has taken it up', async () => (await phase()) === 'running');
      await until('it is delayed', async () => (await operator.job('flows', 'f'))?.place === 'delayed');
      await newer.close();
      await trial.work([oldGrown]);
      await operator.resume('{flows}@flow');
      await until('the older worker has put the event back', async () => {
        const { delayed, waiting } = await operator.queue('{flows}@flow');
        return delayed === 1 && waiting === 0;
      });
      await trial.work([newGrown]);
      expect(await receipt.result(within)).to.equal(2);
    });
  });

const oldGrown = flow('grown', { queue: 'flows', data, result: z.number() }, (step, end) => {
  const a = step('a', add, { data: () => ({ label: 'a', terms: [1] }) });
  return end({ after: [a], result: (done) => done.a.sum });
});
const upgrade = { 1: (old: { n: number }) => old };
const newGrown = flow('grown', { queue: 'flows', data, result: z.number(), version: 2, upgrade }, (step, end) => {
  const a = step('a', add, { data: () => ({ label: 'a', terms: [1] }) });
  const b = step('b', add, { after: [a], data: (done) => ({ label: 'b', terms: [done.a.sum, 1] }) });
  return end({ after: [b], result: (done) => done.b.sum });
});

/** Long enough for a redrive and a look on a busy machine. */
const LIMIT_MS = 4_000;

describe("a flow on BullMQ's queues", function () {
  this.timeout(60_000);

  it('has the results of its steps where BullMQ keeps those of children, and lets BullMQ workers do them', async () => {
    await using trial = await WorkerTrial.open();
    await using _plain = plainWorker('sums', trial.namespace, (job) => {
      const { terms } = job.data as { readonly terms: readonly number[] };
      return Promise.resolve({ sum: terms.reduce((sum, term) => sum + term, 0) });
    });
    await trial.work([handle(undo, () => undefined)], { flows: [diamond] });
    await using queue = trial.queue('flows');
    const receipt = await trial.producer.send(diamond, { n: 10 }, { id: 'd' });
    const result = receipt.result(within);
    const end = new AbortController();
    void result.finally(() => end.abort());
    // No event reports what a plain worker has done: a look does.
    await until('the flow has its result', async () => {
      await (await queue.getJob('d'))?.promote().catch(() => undefined);
      return end.signal.aborted;
    });
    expect(await result).to.deep.equal({ twice: 46 });
    const job = await queue.getJob('d');
    expect(Object.values((await job?.getChildrenValues()) ?? {})).to.have.deep.members([
      { sum: 11 },
      { sum: 12 },
      { sum: 23 },
    ]);
    expect(job?.progress).to.deep.include({ phase: 'done', done: 3 });
  });
});
