// What a broker does about leases: the holder may settle, one that lost it may not, and a job without a holder comes back.
import { expect } from 'chai';
import { ack, leaseOf, settlements } from './test-queue.js';
import type { Suite } from './suite.js';

export function leasesConform({ describe, it, trial }: Suite): void {
  describe('when leases are held and lost', () => {
    it('gives back at once what a dead process held, as a redelivery with a greater fence', async () => {
      await trial().send({ id: 'a' });
      await trial().take('dead|1');
      expect(await trial().releaseDead('dead')).to.deep.equal(['a']);
      expect((await trial().take()).record).to.include({ id: 'a', attemptsMade: 0, deliveries: 2, leasesLost: 1 });
    });

    for (const [words, settlement] of settlements) {
      it(`refuses ${words} once the job was handed to another`, async () => {
        await trial().send({ id: 'a' });
        const lost = await trial().take('dead|1');
        await trial().releaseDead('dead');
        const held = await trial().take('here|1');
        expect(await trial().settle(lost, settlement)).to.equal('lost');
        expect(await trial().settle(held, ack)).to.equal('stored');
      });
    }

    it('refuses an ack once the job was given back, though no other has it yet', async () => {
      await trial().send({ id: 'a' });
      const lost = await trial().take('dead|1');
      await trial().releaseDead('dead');
      expect(await trial().settle(lost, ack)).to.equal('lost');
      expect(await trial().takeAll()).to.deep.equal(['a']);
    });

    it('keeps a lease that is renewed, and names those that are lost', async () => {
      await trial().send({ id: 'a' }, { id: 'b' });
      const kept = await trial().take('here|1');
      const lost = await trial().take('dead|1');
      await trial().releaseDead('dead');
      expect(await trial().queue.renew([kept, lost], 10_000)).to.deep.equal(['dead|1']);
      expect(await trial().settle(kept, ack)).to.equal('stored');
    });

    it('renews nothing when there is nothing to renew', async () => {
      expect(await trial().queue.renew([], 10_000)).to.deep.equal([]);
    });

    it('releases what the dead process held, and nothing else', async () => {
      await trial().send({ id: 'a' }, { id: 'b' }, { id: 'c' });
      await trial().take('dead|1');
      const held = await trial().take('dead-not|1');
      await trial().take('dead|2');
      expect(await trial().releaseDead('dead')).to.have.members(['a', 'c']);
      expect(await trial().settle(held, ack)).to.equal('stored');
      expect(await trial().takeAll()).to.deep.equal(['a', 'c']);
    });

    it('poisons a job that lost more leases than the limit allows', async () => {
      await trial().send({ id: 'a' });
      for (let lost = 1; lost <= 3; lost += 1) {
        const { record } = await trial().take(`dead|${lost}`);
        expect(record.poisoned, `delivery ${lost}`).to.equal(undefined);
        await trial().releaseDead('dead', 2);
      }
      expect((await trial().take()).record.poisoned).to.be.a('string').that.is.not.empty;
    });

    it('keeps progress and log lines of the holder of the lease alone', async () => {
      await trial().send({ id: 'a' });
      const lost = leaseOf(await trial().take('dead|1'));
      await trial().releaseDead('dead');
      const held = leaseOf(await trial().take('here|1'));
      expect(await trial().queue.progress(held, '{"percent":50}')).to.equal(true);
      expect(await trial().queue.log(held, 'half way', 1_000)).to.equal(true);
      expect(await trial().queue.progress(lost, '{"percent":99}')).to.equal(false);
      expect(await trial().queue.log(lost, 'nearly done', 1_000)).to.equal(false);
    });

    it('gives back what a process does not know it holds, the oldest first, and nothing else', async () => {
      await trial().send(...['held', 'a', 'b', 'other', 'waiting'].map((id) => ({ id })));
      const held = await trial().take('here|1');
      await trial().take('here|2');
      await trial().take('here|3');
      await trial().take('here-too|1');
      const returned = await trial().queue.reconcile({ process: 'here', last: 3 }, [held]);
      expect(returned).to.have.members(['a', 'b']);
      expect(await trial().takeAll()).to.deep.equal(['a', 'b', 'waiting']);
      expect(await trial().settle(held, ack)).to.equal('stored');
    });

    it('gives back a job that is held under another delivery of the same process', async () => {
      await trial().send({ id: 'a' });
      const { record } = await trial().take('here|2');
      const held = { record, leaseToken: 'here|1' };
      expect(await trial().queue.reconcile({ process: 'here', last: 2 }, [held])).to.deep.equal(['a']);
    });

    it('names the older of two deliveries of a job that one process holds, and not the later', async () => {
      await trial().send({ id: 'a' });
      const older = await trial().take('here|1');
      await trial().releaseDead('here');
      const later = await trial().take('here|2');
      expect(await trial().queue.renew([older, later], 10_000)).to.deep.equal(['here|1']);
      expect(await trial().queue.renew([later, older], 10_000)).to.deep.equal(['here|1']);
      expect(await trial().queue.reconcile({ process: 'here', last: 2 }, [later, older])).to.deep.equal([]);
      expect(await trial().settle(later, ack)).to.equal('stored');
    });

    it('leaves alone what is leased under a later token, which may be on its way to its consumer', async () => {
      await trial().send({ id: 'a' });
      const later = await trial().take('here|3');
      expect(await trial().queue.reconcile({ process: 'here', last: 2 }, [])).to.deep.equal([]);
      expect(await trial().settle(later, ack)).to.equal('stored');
    });

    it('takes up a lease again that expired while the job was given to no other', async () => {
      await trial().send({ id: 'a' });
      const held = await trial().take('here|1', { leaseMs: 1 });
      await trial().untilExpired(held);
      expect(await trial().queue.renew([held], 10_000)).to.deep.equal([]);
      expect(await trial().queue.progress(leaseOf(held), '1')).to.equal(true);
      expect(await trial().settle(held, ack)).to.equal('stored');
    });

    it('does not take up the lease of a job that was given back, or handed to another, meanwhile', async () => {
      await trial().send({ id: 'a' });
      const lost = await trial().take('dead|1');
      await trial().releaseDead('dead');
      expect(await trial().queue.renew([lost], 10_000)).to.deep.equal(['dead|1']);
      const later = await trial().take('here|1', { leaseMs: 1 });
      await trial().untilExpired(later);
      expect(await trial().queue.renew([lost], 10_000), 'the other has lost it, too').to.deep.equal(['dead|1']);
    });
  });
}
