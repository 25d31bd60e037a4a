import { DeadLetteredError, flow, type FlowContract } from '@acktor/core';
import { handle } from '@acktor/worker';
import { expect } from 'chai';
import { z } from 'zod';
import { rejection } from '../server/rejection.js';
import { Heard } from '../signals/heard.js';
import { until } from '../signals/until.js';
import { add, diamond, engineKinds, FlowTrial, Gate, undo } from './sums.js';

const within = { timeoutMs: 20_000 };
const data = z.object({ n: z.number() });

/** `a`, then `b`, then `c`; `b` has the policy on its way to `c`. */
function chain(onFailure: 'failFlow' | 'compensate' | 'continue') {
  return flow(
    'chain',
    { queue: 'flows', data, result: z.object({ sum: z.number(), hadB: z.boolean() }) },
    (step, end) => {
      const undone = (label: string) => ({ job: undo, data: ({ sum }: { sum: number }) => ({ label, sum }) });
      const a = step('a', add, { data: (_, run) => ({ label: 'a', terms: [run.data.n] }), compensate: undone('a') });
      const b = step('b', add, {
        after: [a],
        data: (done) => ({ label: 'b', terms: [done.a.sum, 1] }),
        compensate: undone('b'),
      });
      const c = step('c', add, {
        after: [a, { step: b, onFailure }],
        data: (done) => ({ label: 'c', terms: [done.a.sum, done.b?.sum ?? 0] }),
      });
      return end({
        after: [c, { step: b, onFailure: 'continue' }],
        result: (done) => ({ sum: done.c.sum, hadB: done.b !== undefined }),
      });
    },
  );
}

for (const kind of engineKinds)
  describe(`a flow on ${kind}`, function () {
    this.timeout(60_000);

    const stateOf = async (trial: FlowTrial, id: string) => {
      const details = await trial.operator.flow('flows', id);
      return details && [details.phase, ...details.steps.map(({ name, state }) => `${name} ${state}`)].join(', ');
    };

    it('runs its steps with the results of those before them, and has a result', async () => {
      await using trial = await FlowTrial.open(kind);
      await trial.work([diamond]);
      const receipt = await trial.producer.send(diamond, { n: 10 }, { id: 'd' });
      expect(await receipt.result(within)).to.deep.equal({ twice: 46 });
      expect(trial.handled.all.toSorted()).to.deep.equal(['a', 'b', 'c']);
      expect(trial.handled.all[2]).to.equal('c');
      expect(await stateOf(trial, 'd')).to.equal('done, a done, b done, c done');
    });

    it('shows how far it is, to an operator and in the progress of its receipt', async () => {
      await using trial = await FlowTrial.open(kind);
      const letGo = trial.hold('c');
      await trial.work([diamond]);
      const receipt = await trial.producer.send(diamond, { n: 1 }, { id: 'd' });
      await trial.handled.first((label) => label === 'c');
      expect(await trial.operator.flow('flows', 'd')).to.deep.include({
        name: 'diamond',
        run: 1,
        done: 2,
        underWay: 1,
        failed: 0,
      });
      expect(await stateOf(trial, 'd')).to.equal('running, a done, b done, c sent');
      const [, , c] = (await trial.operator.flow('flows', 'd'))?.steps ?? [];
      expect(await trial.operator.job('sums', c?.jobId ?? '')).to.deep.include({ name: 'add', place: 'active' });
      letGo();
      const seen: unknown[] = [];
      for await (const progress of receipt.progress(within)) seen.push(progress);
      expect(seen.at(-1)).to.deep.include({ steps: 3, done: 3, underWay: 0, phase: 'done' });
      expect(await trial.operator.flow('flows', 'none')).to.equal(undefined);
    });

    it('fails with the step that fails, and goes on from there when it is redriven', async () => {
      await using trial = await FlowTrial.open(kind);
      const flows = chain('failFlow');
      await trial.work([flows]);
      trial.failing.add('b');
      const receipt = await trial.producer.send(flows, { n: 3 }, { id: 'f' });
      const { reason } = await rejection(receipt.result(within), DeadLetteredError);
      expect(reason).to.equal('step b failed: b fails');
      expect(await stateOf(trial, 'f')).to.equal('dead, a done, b failed, c waiting');
      // Redriven while the cause is still there: it fails again, once.
      await trial.producer.deadLetters(flows).redrive('f');
      await rejection(receipt.result(within), DeadLetteredError);
      trial.failing.clear();
      await trial.producer.deadLetters(flows).redrive('f');
      expect(await receipt.result(within)).to.deep.equal({ sum: 7, hadB: true });
      expect(trial.handled.all).to.deep.equal(['a', 'b', 'b', 'b', 'c']);
      expect((await trial.operator.flow('flows', 'f'))?.run).to.equal(3);
    });

    it('goes on without the result of a step that an edge continues after', async () => {
      await using trial = await FlowTrial.open(kind);
      const flows = chain('continue');
      await trial.work([flows]);
      trial.failing.add('b');
      const receipt = await trial.producer.send(flows, { n: 3 }, { id: 'f' });
      expect(await receipt.result(within)).to.deep.equal({ sum: 3, hadB: false });
      expect(await stateOf(trial, 'f')).to.equal('done, a done, b failed, c done');
    });

    it('undoes what was done, the last first, and begins anew when it is redriven', async () => {
      await using trial = await FlowTrial.open(kind);
      const flows = flow('undone', { queue: 'flows', data }, (step) => {
        const undone = (label: string) => ({ job: undo, data: ({ sum }: { sum: number }) => ({ label, sum }) });
        const a = step('a', add, { data: () => ({ label: 'a', terms: [1] }), compensate: undone('a') });
        const b = step('b', add, { after: [a], data: () => ({ label: 'b', terms: [2] }), compensate: undone('b') });
        const c = step('c', add, { after: [b], data: () => ({ label: 'c', terms: [3] }) });
        step('d', add, { after: [{ step: c, onFailure: 'compensate' }], data: () => ({ label: 'd', terms: [] }) });
      });
      await trial.work([flows]);
      trial.failing.add('c').add('b!');
      const receipt = await trial.producer.send(flows, { n: 3 }, { id: 'f' });
      const { reason } = await rejection(receipt.result(within), DeadLetteredError);
      expect(reason).to.equal('step c failed: c fails; step b could not be undone: b cannot be undone');
      expect(trial.handled.all).to.deep.equal(['a', 'b', 'c', 'b!', 'a!']);
      // First what could not be undone, then all of it.
      trial.failing.clear();
      await trial.producer.deadLetters(flows).redrive('f');
      await rejection(receipt.result(within), DeadLetteredError);
      expect(await stateOf(trial, 'f')).to.equal('dead, a undone, b undone, c failed, d waiting');
      await trial.producer.deadLetters(flows).redrive('f');
      await receipt.result(within);
      expect(trial.handled.all.slice(5)).to.deep.equal(['b!', 'a', 'b', 'c', 'd']);
    });

    it('is cancelled as a whole: steps that wait are removed, and one under way is let go', async () => {
      await using trial = await FlowTrial.open(kind);
      trial.hold('a');
      await trial.work([diamond]);
      const receipt = await trial.producer.send(diamond, { n: 1 }, { id: 'd' });
      await trial.handled.first((label) => label === 'a');
      expect(await trial.producer.cancel(diamond, 'd', { why: 'no use' })).to.equal('signalled');
      const { reason } = await rejection(receipt.result(within), DeadLetteredError);
      expect(reason).to.equal('the flow was cancelled: no use');
      expect(trial.handled.all).not.to.include('c');
      expect((await trial.operator.flow('flows', 'd'))?.isCancelled).to.equal(true);
      expect(await trial.operator.cancel('flows', 'd')).to.equal('ended');
      trial.held.clear();
      await trial.producer.deadLetters(diamond).redrive('d');
      expect(await receipt.result(within)).to.deep.equal({ twice: 10 });
    });

    it('cancels what is under way again, when it is cancelled a second time', async () => {
      await using trial = await FlowTrial.open(kind);
      const signals = new Heard<AbortSignal>();
      const letGo = new Gate();
      const flows = flow('again', { queue: 'flows', data }, (step) => {
        step('a', add, { data: () => ({ label: 'a', terms: [] }) });
      });
      const slow = handle(add, async ({ signal }) => {
        signals.push(signal);
        await letGo.opened;
        return { sum: 0 };
      });
      await trial.work([], { handlers: [slow] });
      // A worker for flows alone.
      await trial.work([flows], { handlers: [] });
      const receipt = await trial.producer.send(flows, { n: 1 }, { id: 'f' });
      const signal = await signals.first();
      const events = async () => (await trial.operator.queue('{flows}@flow')).acked;
      for (const why of ['no use', 'really']) {
        const before = await events();
        expect(await trial.operator.cancel('flows', 'f', { why })).to.equal('signalled');
        await until('the cancel was handled', async () => (await events()) > before);
      }
      expect(signal.aborted).to.equal(true);
      letGo.open();
      const { reason } = await rejection(receipt.result(within), DeadLetteredError);
      expect(reason).to.equal('the flow was cancelled: no use');
    });

    it('is cancelled as a whole in its first delivery, too, and redriven as a whole', async () => {
      await using trial = await FlowTrial.open(kind);
      const [reading, goOn] = [new Heard<string>(), new Gate()];
      let isSent = false;
      const slow = data.refine(async () => {
        if (isSent) reading.push('read');
        if (isSent) await goOn.opened;
        return true;
      });
      const flows = flow('slow', { queue: 'flows', data: slow }, (step) => {
        step('a', add, { data: () => ({ label: 'a', terms: [] }) });
      });
      const receipt = await trial.producer.send(flows, { n: 1 }, { id: 'f' });
      isSent = true;
      await trial.work([flows]);
      await reading.first();
      expect(await trial.producer.cancel(flows, 'f', { why: 'no use' })).to.equal('signalled');
      goOn.open();
      expect((await rejection(receipt.result(within), DeadLetteredError)).reason).to.contain('no use');
      await until('all of it has ended', async () => (await trial.operator.flow('flows', 'f'))?.phase === 'dead');
      expect(await trial.operator.flow('flows', 'f')).to.include({ isCancelled: true, underWay: 0 });
      await trial.producer.deadLetters(flows).redrive('f');
      await receipt.result(within);
      expect(trial.handled.all).to.include('a');
    });

    it('is removed like any job while it has not begun', async () => {
      await using trial = await FlowTrial.open(kind);
      await trial.producer.send(diamond, { n: 1 }, { id: 'd' });
      expect(await trial.operator.cancel('flows', 'd')).to.equal('removed');
      expect(await trial.producer.cancel(diamond, 'd')).to.equal('notFound');
    });

    it('fails the step whose payload cannot be made', async () => {
      await using trial = await FlowTrial.open(kind);
      const flows = flow('mapped', { queue: 'flows', data }, (step) => {
        const throws = step('throws', add, {
          data: () => {
            throw new Error('no mapping');
          },
        });
        const off = step('off', add, { data: () => ({ label: 1 }) as never });
        step('last', add, {
          after: [{ step: throws, onFailure: 'continue' }, off],
          data: () => ({ label: 'last', terms: [] }),
        });
      });
      await trial.work([flows]);
      const receipt = await trial.producer.send(flows, { n: 1 }, { id: 'f' });
      const { reason } = await rejection(receipt.result(within), DeadLetteredError);
      expect(reason).to.match(/^step off failed: payload of job add: data\.label/);
      const { steps = [] } = (await trial.operator.flow('flows', 'f')) ?? {};
      expect(steps.map((step) => step.state)).to.deep.equal(['failed', 'failed', 'waiting']);
      expect(steps[0]?.reason).to.equal('no mapping');
    });

    it('takes a flow as a step, and cancels that, too', async () => {
      await using trial = await FlowTrial.open(kind);
      const outer = flow('outer', { queue: 'flows', data, result: z.number() }, (step, end) => {
        const inner = step('inner', diamond, { data: (_, run) => run.data });
        return end({ after: [inner], result: (done) => done.inner.twice });
      });
      await trial.work([diamond, outer]);
      expect(await (await trial.producer.send(outer, { n: 2 })).result(within)).to.equal(14);
      trial.hold('c');
      const receipt = await trial.producer.send(outer, { n: 2 }, { id: 'o' });
      await trial.handled.first(() => trial.handled.all.filter((label) => label === 'c').length === 2);
      await trial.producer.cancel(outer, 'o');
      await rejection(receipt.result(within), DeadLetteredError);
    });

    it('has its steps done by workers that do not know it', async () => {
      await using trial = await FlowTrial.open(kind);
      await trial.work([]);
      await trial.work([diamond], { handlers: [handle(undo, () => undefined)] });
      const receipt = await trial.producer.send(diamond, { n: 10 });
      expect(await receipt.result(within)).to.deep.equal({ twice: 46 });
    });

    it('runs under an id again when the earlier flow has ended', async () => {
      await using trial = await FlowTrial.open(kind);
      await trial.work([diamond]);
      for (const [n, twice] of [
        [10, 46],
        [20, 86],
      ] as const) {
        const receipt = await trial.producer.send(diamond, { n }, { id: 'again', reuseId: 'whenDone' });
        expect(await receipt.result(within)).to.deep.equal({ twice });
      }
      expect(trial.handled.all).to.have.length(6);
    });

    it('ends when its time is over', async () => {
      await using trial = await FlowTrial.open(kind);
      const flows: FlowContract = flow('slow', { queue: 'flows', data, timeLimitMs: 1_000 }, (step) => {
        step('a', add, { data: () => ({ label: 'a', terms: [] }) });
      });
      trial.hold('a');
      await trial.work([flows]);
      const receipt = await trial.producer.send(flows, { n: 1 });
      const { reason } = await rejection(receipt.result(within), DeadLetteredError);
      expect(reason).to.equal('the flow was cancelled: it was to end within 1000 ms, and has not');
    });
  });
