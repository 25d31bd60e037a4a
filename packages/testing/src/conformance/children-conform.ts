// What a broker does with the children that a job gets while it runs, and with the job that waits for them.
import type { ChildOutcome, LeasedJob, NewChild } from '@acktor/core/engine';
import { expect } from 'chai';
import { ack, deadLetter, leaseOf, outgoing } from './test-queue.js';
import { rejectionOf } from './queue-trial.js';
import type { Suite } from './suite.js';

export function childrenConform({ describe, it, trial }: Suite): void {
  describe('when a job has children', () => {
    const add = (parent: LeasedJob, child: Partial<NewChild['job']>, ifDead: NewChild['ifDead'] = 'deadLetter') =>
      trial().queue.addChild(leaseOf(parent), { queue: trial().queue.name, job: outgoing(child), ifDead });
    const found = (parent: LeasedJob) => trial().queue.children(leaseOf(parent));
    const wait = { kind: 'waitForChildren', reason: 'waits for 2 children' } as const;
    const places = async () => {
      const { waiting, waitingForChildren, active } = await trial().admin.depth(trial().queue.name);
      return { waiting, waitingForChildren, active };
    };
    /** A parent that is under way, and two children that are as well. */
    const family = async (ifDead: NewChild['ifDead'] = 'deadLetter') => {
      await trial().send({ id: 'parent' });
      const parent = await trial().take();
      await add(parent, { id: 'b', payload: '{"n":1}' }, ifDead);
      await add(parent, { id: 'c' }, ifDead);
      return { parent, b: await trial().take(), c: await trial().take() };
    };

    it('adds them once, hands them out as any job, and knows what has become of them', async () => {
      await trial().send({ id: 'parent' });
      const parent = await trial().take();
      const outcomes: ChildOutcome[] = [];
      for (const id of ['b', 'c', 'b']) outcomes.push(await add(parent, { id, payload: '{"n":1}' }));
      expect(outcomes).to.deep.equal(['added', 'added', 'known']);
      const b = await trial().take();
      expect(b.record).to.deep.include({ id: 'b', name: 'note', payload: '{"n":1}', attemptsMade: 0 });
      await trial().settle(b, { kind: 'ack', result: '{"ok":1}' });
      expect(await add(parent, { id: 'b' })).to.equal('known');
      const ended = [{ queue: trial().queue.name, id: 'b', result: '{"ok":1}' }];
      const refs = ['b', 'c', 'x'].map((id) => ({ queue: trial().queue.name, id }));
      expect(await trial().queue.childNames(refs)).to.deep.equal(['note', 'note', undefined]);
      expect(await found(parent)).to.deep.equal({ open: 1, acked: ended, dead: [], fatal: [] });
    });

    it('adds none whose id another job has, and none without the lease', async () => {
      await trial().send({ id: 'parent' }, { id: 'other' });
      const parent = await trial().take();
      expect(await add(parent, { id: 'other' })).to.equal('taken');
      const lost = { ...parent, leaseToken: 'elsewhere|1' };
      expect(await add(lost, { id: 'b' })).to.equal('lost');
      expect(await found(lost)).to.equal(undefined);
      expect(await trial().takeAll()).to.deep.equal(['other']);
    });

    it('has it wait until the last has ended, and hands it out again with no attempt counted', async () => {
      const { parent, b, c } = await family();
      expect(await trial().settle(parent, wait)).to.equal('stored');
      expect(await places()).to.deep.equal({ waiting: 0, waitingForChildren: 1, active: 2 });
      await trial().settle(b, ack);
      expect(await trial().fetch()).to.equal(undefined);
      await trial().settle(c, ack);
      const again = await trial().take();
      expect(again.record).to.deep.include({ id: 'parent', attemptsMade: 0, deliveries: 2, leasesLost: 0 });
      expect(await found(again)).to.deep.include({ open: 0, dead: [], fatal: [] });
      expect(await trial().settle(again, ack)).to.equal('stored');
      expect(await places()).to.deep.equal({ waiting: 0, waitingForChildren: 0, active: 0 });
    });

    it('lists it among those that wait for children', async () => {
      const { parent } = await family();
      await trial().settle(parent, wait);
      const span = { place: 'waitingForChildren', offset: 0, limit: 10 } as const;
      const { jobs } = await trial().admin.jobs(trial().queue.name, span);
      expect(jobs.map(({ id, place }) => [id, place])).to.deep.equal([['parent', 'waitingForChildren']]);
    });

    it('hands it out again at once, ahead of others, when all have ended by then, or it has none', async () => {
      await trial().send({ id: 'parent' }, { id: 'other' });
      const parent = await trial().take();
      expect(await trial().settle(parent, wait)).to.equal('stored');
      const again = await trial().take();
      expect(again.record).to.deep.include({ id: 'parent', deliveries: 2, attemptsMade: 0 });
      expect(await trial().takeAll()).to.deep.equal(['other']);
    });

    it('does not ack it while one is open, and it stays under way', async () => {
      const { parent } = await family();
      const refusal = await rejectionOf(trial().settle(parent, ack));
      expect(refusal).to.be.an('error').with.property('message').that.includes('children that have not ended');
      expect(await places()).to.deep.equal({ waiting: 0, waitingForChildren: 0, active: 3 });
    });

    it('ends it with a child that died: the next worker that fetches it is to dead-letter it', async () => {
      const { parent, b } = await family();
      await trial().settle(parent, wait);
      await trial().settle(b, deadLetter);
      const again = await trial().take();
      expect(again.record.id).to.equal('parent');
      expect(again.record.poisoned).to.match(/^child .*b failed$/);
      expect((await found(again))?.fatal).to.deep.equal([{ queue: trial().queue.name, id: 'b' }]);
    });

    it('goes on without a child that died, where that was said of it', async () => {
      const { parent, b, c } = await family('goOn');
      await trial().settle(parent, wait);
      await trial().settle(b, deadLetter);
      expect(await trial().fetch()).to.equal(undefined);
      await trial().settle(c, ack);
      const again = await trial().take();
      expect(again.record.poisoned).to.equal(undefined);
      const dead = (await found(again))?.dead;
      expect(dead).to.deep.equal([{ queue: trial().queue.name, id: 'b', reason: 'it cannot be' }]);
    });

    it('waits for no child that is removed', async () => {
      await trial().send({ id: 'parent' });
      const parent = await trial().take();
      await add(parent, { id: 'b', delayMs: 60_000 });
      await trial().settle(parent, wait);
      expect(await trial().broker.cancel(trial().queue.name, 'b', 'no use')).to.equal('removed');
      expect((await trial().take()).record.id).to.equal('parent');
    });

    it('waits for no child that is removed though its own id holds colons, as that of a run of a schedule', async () => {
      const id = 'repeat:nightly:1700000000000';
      await trial().send({ id });
      const parent = await trial().take();
      await add(parent, { id: 'b', delayMs: 60_000 });
      await trial().settle(parent, wait);
      expect(await trial().broker.cancel(trial().queue.name, 'b', 'no use')).to.equal('removed');
      expect((await trial().take()).record).to.deep.include({ id, poisoned: undefined });
    });

    it('is gone alone when it is cancelled while it waits', async () => {
      const { parent, b, c } = await family();
      await trial().settle(parent, wait);
      expect(await trial().broker.cancel(trial().queue.name, 'parent', 'no use')).to.equal('removedAlone');
      for (const child of [b, c]) expect(await trial().settle(child, ack)).to.equal('stored');
      expect(await places()).to.deep.equal({ waiting: 0, waitingForChildren: 0, active: 0 });
    });
  });
}
