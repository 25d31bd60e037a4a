// What an engine does about the liveness of workers: presence, renewal, and the reaper's turn.
import { expect } from 'chai';
import { ack, leaseOf } from './test-queue.js';
import type { Suite } from './suite.js';

export function livenessConforms({ describe, it, trial, features }: Suite): void {
  describe('when processes live and die', () => {
    it('renews every lease of a process, and of no other', async () => {
      await trial().send({ id: 'ours' }, { id: 'theirs' });
      const ours = await trial().take('here|1', { leaseMs: 50 });
      const theirs = await trial().take('here-too|1', { leaseMs: 50 });
      const liveness = await trial().liveness('here');
      const renewed = await liveness.renewAll(60_000);
      expect(renewed).to.deep.equal({ leases: [{ queue: trial().queue.name, numbers: [1] }], faults: [] });
      await trial().untilExpired(theirs);
      expect(await trial().queue.progress(leaseOf(ours), '1')).to.equal(true);
    });

    it('gives back a delivery whose lease has expired, and says so in its history', async () => {
      await trial().send({ id: 'a' });
      const lost = await trial().take('gone|1', { leaseMs: 1 });
      await trial().untilExpired(lost);
      expect(await trial().reapUntilReturned(await trial().liveness('here'))).to.deep.equal(['a']);
      expect(await trial().settle(lost, ack)).to.equal('lost');
      expect((await trial().take()).record).to.include({ deliveries: 2, leasesLost: 1, attemptsMade: 0 });
    });

    it('poisons what lost more leases than the delivery limit allows', async () => {
      await trial().send({ id: 'a' });
      const liveness = await trial().liveness('here');
      for (let lost = 1; lost <= 2; lost += 1) {
        await trial().untilExpired(await trial().take(`gone|${lost}`, { leaseMs: 1 }));
        await trial().reapUntilReturned(liveness, { deliveryLimit: 1 });
      }
      expect((await trial().take()).record.poisoned).to.include('delivery limit');
    });

    it('leaves alone what is leased, and counts it', async () => {
      await trial().send({ id: 'a' });
      const liveness = await trial().liveness('here');
      const held = await trial().take('here|1');
      const report = await trial().reap(liveness);
      expect(report).to.deep.include({ active: 1, returnedJobIds: [], hasForgotten: false, faults: [] });
      expect(await trial().settle(held, ack)).to.equal('stored');
    });

    it('says when the next delayed job is due, and whether it is another one than before', async () => {
      const liveness = await trial().liveness('here');
      expect((await trial().reap(liveness)).nextDueInMs).to.equal(undefined);
      await trial().send({ id: 'later', delayMs: 60_000 });
      expect((await trial().reap(liveness)).nextDueInMs).to.be.within(1, 60_000);
      expect(await liveness.hasOtherNextDue()).to.equal(true);
      expect(await liveness.hasOtherNextDue()).to.equal(false);
      await trial().send({ id: 'sooner', delayMs: 30_000 });
      expect(await liveness.hasOtherNextDue()).to.equal(true);
    });

    if (!features.presence) return;

    it('shows a process as present for as long as its liveness is open', async () => {
      const liveness = await trial().liveness('there');
      expect(await liveness.testPresence()).to.equal(true);
      await trial().send({ id: 'a' });
      const held = await trial().take('there|1');
      const reaper = await trial().liveness('here');
      for (let turns = 0; turns < 20; turns += 1) {
        expect((await trial().reap(reaper)).returnedJobIds).to.deep.equal([]);
        await trial().pass(10);
      }
      expect(await trial().settle(held, ack)).to.equal('stored');
    });

    it('gives back what a process held that is gone, after its grace time, and notes that it died', async () => {
      await trial().send({ id: 'a' }, { id: 'b' });
      const dying = await trial().liveness('dying');
      await trial().take('dying|1');
      await trial().take('dying|2');
      const reaper = await trial().liveness('here');
      await trial().reap(reaper);
      await dying.close();
      expect(await trial().reapUntilReturned(reaper)).to.have.members(['a', 'b']);
      expect(await trial().takeAll()).to.deep.equal(['a', 'b']);
      const [death] = await trial().broker.admin().deaths('trial');
      expect(death).to.include({ workerId: 'dying', held: 2 });
    });
  });
}
