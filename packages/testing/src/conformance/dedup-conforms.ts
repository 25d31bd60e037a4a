// What a queue does with jobs that stand for each other, by the key and the mode of their sends.
import type { Dedup, OutgoingJob } from '@acktor/core/engine';
import { expect } from 'chai';
import { ack, deadLetter, retry } from './test-queue.js';
import type { Suite } from './suite.js';

const by = (mode: Dedup['mode'], ttlMs?: number): Partial<OutgoingJob> => ({ dedup: { key: 'k', mode, ttlMs } });
const numbered = (n: number) => ({ id: `job-${n}`, payload: `{"n":${n}}` });

export function dedupConforms({ describe, it, trial }: Suite): void {
  describe('when jobs stand for others', () => {
    it('takes one of a key until it has ended, and says which that is and where', async () => {
      const once = by('once');
      expect(await trial().send({ ...numbered(1), ...once }, { ...numbered(2), ...once })).to.deep.equal([
        'accepted',
        { duplicateOf: 'waiting', standIn: 'job-1' },
      ]);
      expect(
        await trial().send({ ...numbered(3), dedup: { key: 'other', mode: 'once', ttlMs: undefined } }),
      ).to.deep.equal(['accepted']);
      const first = await trial().take();
      expect(await trial().send({ ...numbered(4), ...once })).to.deep.equal([
        { duplicateOf: 'active', standIn: 'job-1' },
      ]);
      await trial().settle(first, retry(0));
      expect(await trial().send({ ...numbered(5), ...once })).to.deep.equal([
        { duplicateOf: 'waiting', standIn: 'job-1' },
      ]);
      expect(await trial().takeAll()).to.deep.equal(['job-3', 'job-1']);
    });

    for (const [words, settlement] of [
      ['acked', ack],
      ['dead-lettered', deadLetter],
    ] as const)
      it(`takes one again when the one before is ${words}`, async () => {
        await trial().send({ ...numbered(1), ...by('once') });
        await trial().settle(await trial().take(), settlement);
        expect(await trial().send({ ...numbered(2), ...by('once') })).to.deep.equal(['accepted']);
      });

    it('takes one again when the one before is cancelled', async () => {
      await trial().send({ ...numbered(1), ...by('once') });
      expect(await trial().broker.cancel('trial', 'job-1', 'no use')).to.equal('removed');
      expect(await trial().send({ ...numbered(2), ...by('once') })).to.deep.equal(['accepted']);
    });

    it('answers a repeat of a send with what it has of itself', async () => {
      await trial().send({ ...numbered(1), ...by('once') });
      expect(await trial().send({ ...numbered(1), ...by('once') })).to.deep.equal([{ duplicateOf: 'waiting' }]);
    });

    it('takes one in a span, whatever becomes of it', async () => {
      const throttled = by('throttle', 400);
      expect(await trial().send({ ...numbered(1), ...throttled })).to.deep.equal(['accepted']);
      await trial().settle(await trial().take(), ack);
      expect(await trial().send({ ...numbered(2), ...throttled })).to.deep.equal([
        { duplicateOf: 'acked', standIn: 'job-1' },
      ]);
      await trial().pass(450);
      expect(await trial().send({ ...numbered(3), ...throttled })).to.deep.equal(['accepted']);
    });

    it('handles the last of some that debounce, once no other has come for so long', async () => {
      const sentAtMs = await trial().nowMs();
      const debounced = by('debounce', 400);
      expect(await trial().send({ ...numbered(1), ...debounced })).to.deep.equal(['accepted']);
      expect(await trial().fetch()).to.equal(undefined);
      await trial().pass(100);
      const againAtMs = await trial().nowMs();
      expect(await trial().send({ ...numbered(2), ...debounced })).to.deep.equal(['accepted']);
      const { nextDue } = await trial().status();
      expect(nextDue?.atMs).to.be.at.least(Math.max(sentAtMs + 500, againAtMs + 399));
      expect(await trial().admin.find('trial', 'job-1')).to.equal(undefined);
      await trial().untilDue();
      const { record } = await trial().take();
      expect(record).to.include({ id: 'job-2', payload: '{"n":2}' });
      expect(await trial().takeAll()).to.deep.equal([]);
    });

    it('gives one that waits what the last has, in its place', async () => {
      const last = by('keepLast');
      await trial().send({ ...numbered(1), ...last }, { id: 'between' });
      expect(await trial().send({ ...numbered(2), ...last, meta: { tenant: 'acme' } })).to.deep.equal([
        { duplicateOf: 'waiting', standIn: 'job-1' },
      ]);
      const { record } = await trial().take();
      expect(record).to.deep.include({ id: 'job-1', payload: '{"n":2}', meta: { tenant: 'acme' } });
      expect(await trial().takeAll()).to.deep.equal(['between']);
    });

    it('has the last come after one that is begun, also while that waits for its next attempt', async () => {
      const last = by('keepLast');
      await trial().send({ ...numbered(1), ...last });
      const first = await trial().take();
      expect(await trial().send({ ...numbered(2), ...last })).to.deep.equal([
        { duplicateOf: 'active', standIn: 'job-1' },
      ]);
      await trial().settle(first, retry(0));
      expect(await trial().send({ ...numbered(3), ...last })).to.deep.equal([
        { duplicateOf: 'waiting', standIn: 'job-1' },
      ]);
      const again = await trial().take();
      expect(again.record).to.include({ id: 'job-1', payload: '{"n":1}' });
      expect(await trial().takeAll()).to.deep.equal([]);
      await trial().settle(again, ack);
      const next = await trial().take();
      expect(next.record).to.include({ id: 'job-3', payload: '{"n":3}', attemptsMade: 0 });
      expect(await trial().send({ ...numbered(4), ...last })).to.deep.equal([
        { duplicateOf: 'active', standIn: 'job-3' },
      ]);
      await trial().settle(next, deadLetter);
      expect(await trial().takeAll()).to.deep.equal(['job-4']);
    });
  });
}
