// What a queue does with sends that bound its length.
import type { MaxLength, OutgoingJob } from '@acktor/core/engine';
import { expect } from 'chai';
import { ack, requeue, retry } from './test-queue.js';
import type { Suite } from './suite.js';

const bound = (jobs: number, whenFull: MaxLength['whenFull'] = 'refuse') => ({ maxLength: { jobs, whenFull } });
const full = (waiting: number) => ({ refused: 'the queue is full', full: { waiting } });

export function maxLengthConforms({ describe, it, trial, features }: Suite): void {
  describe('when the length of a queue is bounded', () => {
    const send = (id: string, more: Partial<OutgoingJob>) => trial().send({ id, ...more });

    it('refuses what is too many, within a call, too, and takes it when there is room', async () => {
      const two = bound(2);
      expect(await trial().send(...['a', 'b', 'c'].map((id) => ({ id, ...two })))).to.deep.equal([
        'accepted',
        'accepted',
        full(2),
      ]);
      const held = await trial().take();
      expect(await send('c', two), 'what is under way does not count').to.deep.equal(['accepted']);
      await trial().settle(held, ack);
      expect(await trial().takeAll()).to.deep.equal(['b', 'c']);
    });

    it('counts what is delayed, has a priority, and came without a bound', async () => {
      await trial().send({ id: 'a', delayMs: 60_000 }, { id: 'b', priority: 3 }, { id: 'c' });
      expect(await send('d', bound(3))).to.deep.equal([full(3)]);
      expect(await send('d', bound(4))).to.deep.equal(['accepted']);
      expect(await send('e', {}), 'a send without a bound').to.deep.equal(['accepted']);
    });

    it('counts what waits for a turn of its key, also for a send without one', async () => {
      if (!features.groups) return;
      const group = { key: 'k', concurrency: 1, holdsWhenDead: false };
      for (const id of ['a', 'b']) expect(await send(id, { ...bound(2), group })).to.deep.equal(['accepted']);
      expect(await send('c', { ...bound(2), group })).to.deep.equal([full(2)]);
      expect(await send('d', bound(2))).to.deep.equal([full(2)]);
    });

    it('says of a repeat what it has of it, however full it is', async () => {
      await send('a', bound(1));
      expect(await send('a', bound(1))).to.deep.equal([{ duplicateOf: 'waiting' }]);
    });

    it('refuses nothing that comes back: retries and requeues', async () => {
      await send('a', bound(1));
      const held = await trial().take();
      await send('b', bound(1));
      await trial().settle(held, retry(0));
      const again = await trial().take();
      expect(again.record.id).to.equal('b');
      await trial().settle(again, requeue);
      expect(await trial().takeAll()).to.deep.equal(['b', 'a']);
    });

    it('drops the oldest for a new one where that is asked for', async () => {
      const two = bound(2, 'dropOldest');
      for (const id of ['a', 'b', 'c']) expect(await send(id, two)).to.deep.equal(['accepted']);
      expect(await trial().admin.find('trial', 'a')).to.equal(undefined);
      expect(await trial().send(...['d', 'e'].map((id) => ({ id, ...two })))).to.deep.equal(['accepted', 'accepted']);
      expect(await trial().takeAll()).to.deep.equal(['d', 'e']);
    });

    it('drops what is least urgent where all have a priority, and then what is due first', async () => {
      await trial().send({ id: 'urgent', priority: 1 }, { id: 'late', priority: 9 }, { id: 'then', delayMs: 60_000 });
      await send('ordinary', bound(3, 'dropOldest'));
      expect(await trial().admin.find('trial', 'late')).to.equal(undefined);
      expect(await trial().takeAll()).to.deep.equal(['ordinary', 'urgent']);
      await send('new', bound(1, 'dropOldest'));
      expect(await trial().admin.find('trial', 'then')).to.equal(undefined);
    });

    it('comes down to a bound that is lower than before', async () => {
      await trial().send(...Array.from({ length: 10 }, (_, i) => ({ id: `job-${i}` })));
      expect(await send('last', bound(3, 'dropOldest'))).to.deep.equal(['accepted']);
      expect(await trial().takeAll()).to.deep.equal(['job-8', 'job-9', 'last']);
    });

    it('comes down send by send from far above it, and refuses no send that has dropped jobs', async () => {
      await trial().send(...Array.from({ length: 45 }, (_, i) => ({ id: `job-${i}` })));
      for (const id of ['x', 'y', 'z']) expect(await send(id, bound(3, 'dropOldest'))).to.deep.equal(['accepted']);
      expect(await trial().takeAll()).to.deep.equal(['x', 'y', 'z']);
    });

    it('drops nothing for a send for which another job stands', async () => {
      const dedup = { key: 'k', mode: 'once', ttlMs: undefined } as const;
      await send('a', { dedup });
      await send('b', {});
      expect(await send('c', { ...bound(2, 'dropOldest'), dedup })).to.deep.equal([
        { duplicateOf: 'waiting', standIn: 'a' },
      ]);
      expect(await trial().takeAll()).to.deep.equal(['a', 'b']);
    });
  });
}
