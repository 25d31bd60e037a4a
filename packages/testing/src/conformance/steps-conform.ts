// What a broker keeps of the steps of a job's handler, and from whom it takes it.
import type { StoredStep } from '@acktor/core/engine';
import { expect } from 'chai';
import { ack, deadLetter, requeue, retry } from './test-queue.js';
import type { Suite } from './suite.js';

export function stepsConform({ describe, it, features, trial }: Suite): void {
  describe('when results of steps are stored', () => {
    const charge: StoredStep = { name: 'charge', result: '{"receipt":"ü-1"}' };
    const mail: StoredStep = { name: 'send mail: "now"', result: undefined };
    const briefly = (steps: readonly StoredStep[] | undefined) =>
      steps?.map(({ name, result }) => `${name}=${result}`).toSorted();
    const both = [`charge=${charge.result}`, 'send mail: "now"=undefined'];

    it('gives them to each later delivery: after a retry, a requeue and a lost lease', async () => {
      await trial().send({ id: 'a' });
      const first = await trial().take();
      expect(await trial().queue.steps(first)).to.deep.equal([]);
      expect(await trial().queue.storeStep(first, charge)).to.equal(true);
      await trial().settle(first, retry(0));
      const second = await trial().take();
      expect(briefly(await trial().queue.steps(second))).to.deep.equal([both[0]]);
      expect(await trial().queue.storeStep(second, mail)).to.equal(true);
      await trial().settle(second, requeue);
      await trial().take('dead|1');
      await trial().releaseDead('dead');
      expect(briefly(await trial().queue.steps(await trial().take()))).to.deep.equal(both);
    });

    it('keeps what was stored first under a name, for a reply may be lost', async () => {
      await trial().send({ id: 'a' });
      const job = await trial().take();
      expect(await trial().queue.storeStep(job, charge)).to.equal(true);
      expect(await trial().queue.storeStep(job, { name: 'charge', result: '2' })).to.equal(true);
      expect(briefly(await trial().queue.steps(job))).to.deep.equal([both[0]]);
    });

    it('takes nothing from a delivery that is not the last, and shows it nothing', async () => {
      await trial().send({ id: 'a' });
      const stale = await trial().take('dead|1');
      await trial().releaseDead('dead');
      const held = await trial().take();
      expect(await trial().queue.storeStep(stale, charge)).to.equal(false);
      expect(await trial().queue.steps(stale)).to.equal(undefined);
      expect(await trial().queue.steps(held)).to.deep.equal([]);
    });

    it('takes the step of a delivery whose lease has expired, as long as no other has begun', async () => {
      await trial().send({ id: 'a' });
      const job = await trial().take('here|1', { leaseMs: 20 });
      await trial().untilExpired(job);
      expect(await trial().queue.storeStep(job, charge)).to.equal(true);
      await trial().queue.renew([job], 10_000);
      await trial().settle(job, requeue);
      expect(briefly(await trial().queue.steps(await trial().take()))).to.deep.equal([both[0]]);
    });

    it('takes nothing once the job has ended, and nothing of one that never was', async () => {
      await trial().send({ id: 'a' }, { id: 'b' });
      const acked = await trial().take();
      const dead = await trial().take();
      await trial().settle(acked, ack);
      await trial().settle(dead, deadLetter);
      const never = { ...acked, record: { ...acked.record, id: 'never' } };
      for (const job of [acked, dead, never]) {
        expect(await trial().queue.storeStep(job, charge)).to.equal(false);
        expect(await trial().queue.steps(job)).to.equal(undefined);
      }
      await trial().send({ id: 'never' });
      expect((await trial().take()).record).to.include({ id: 'never', deliveries: 1 });
    });

    it('keeps them with a dead letter, so that a redriven job goes on after them, and forgets them with the job', async () => {
      await trial().send({ id: 'a' });
      const first = await trial().take();
      await trial().queue.storeStep(first, charge);
      await trial().settle(first, deadLetter);
      await trial().store.redrive([{ id: 'a', deliveries: 1 }]);
      const second = await trial().take();
      expect(briefly(await trial().queue.steps(second))).to.deep.equal([both[0]]);
      await trial().settle(second, deadLetter);
      await trial().store.purge([{ id: 'a', deliveries: 2 }]);
      await trial().send({ id: 'a' });
      expect(await trial().queue.steps(await trial().take())).to.deep.equal([]);
    });

    if (features.operator)
      it('shows them to an operator, in their order', async () => {
        await trial().send({ id: 'a' });
        const job = await trial().take();
        await trial().queue.storeStep(job, mail);
        await trial().pass(2);
        await trial().queue.storeStep(job, charge);
        const nowMs = await trial().nowMs();
        const { steps = [] } = (await trial().admin.job('trial', 'a')) ?? {};
        expect(steps.map(({ name, fence, result }) => ({ name, fence, result }))).to.deep.equal([
          { name: mail.name, fence: 1, result: undefined },
          { name: 'charge', fence: 1, result: charge.result },
        ]);
        for (const { storedAtMs } of steps) expect(storedAtMs).to.be.within(nowMs - 10_000, nowMs);
      });
  });
}
