// What a queue does with jobs that nothing has begun in time.
import type { Expiry, OutgoingJob } from '@acktor/core/engine';
import { expect } from 'chai';
import { deadLetter, retry } from './test-queue.js';
import type { Suite } from './suite.js';

const within = (afterMs: number, whenExpired: Expiry['whenExpired'] = 'deadLetter'): Partial<OutgoingJob> => ({
  expiry: { afterMs, atMs: undefined, whenExpired },
});

export function expiryConforms({ describe, it, trial }: Suite): void {
  describe('when jobs expire', () => {
    it('hands one out in time as any other, and one that is late to be a dead letter', async () => {
      await trial().send({ id: 'soon', ...within(60_000) }, { id: 'late', ...within(50) }, { id: 'for ever' });
      await trial().pass(80);
      const [soon, late, last] = [await trial().take(), await trial().take(), await trial().take()];
      expect([soon, late, last].map(({ record }) => record.id)).to.deep.equal(['soon', 'late', 'for ever']);
      expect(soon.record.poisoned).to.equal(undefined);
      expect(soon.record.expiresAtMs).to.equal(soon.record.sentAtMs + 60_000);
      expect(late.record.poisoned).to.match(
        /^expired: the job was to be begun by \d{4}-.*Z, and nothing had fetched it$/,
      );
      expect(last.record.poisoned).to.equal(undefined);
    });

    it('goes by a time, too', async () => {
      const nowMs = await trial().nowMs();
      const by = (atMs: number) => ({ expiry: { afterMs: undefined, atMs, whenExpired: 'deadLetter' } }) as const;
      await trial().send({ id: 'late', ...by(nowMs - 1) }, { id: 'soon', ...by(nowMs + 60_000) });
      expect((await trial().take()).record.poisoned).to.match(/^expired/);
      expect((await trial().take()).record.poisoned).to.equal(undefined);
    });

    it('leaves nothing of one that is to be removed, and hands out the next one in its place', async () => {
      await trial().send({ id: 'late', ...within(50, 'remove') }, { id: 'next' });
      await trial().pass(80);
      expect(await trial().takeAll()).to.deep.equal(['next']);
      expect(await trial().admin.find('trial', 'late')).to.equal(undefined);
      expect(await trial().store.count()).to.equal(0);
    });

    it('does not give up what was begun: an attempt may come late, and so may a redrive', async () => {
      await trial().send({ id: 'a', ...within(200) });
      const first = await trial().take();
      await trial().settle(first, retry(0));
      await trial().pass(250);
      const again = await trial().take();
      expect(again.record.poisoned).to.equal(undefined);
      await trial().settle(again, deadLetter);
      await trial().store.redrive([{ id: 'a', deliveries: again.record.deliveries }]);
      expect((await trial().take()).record).to.include({ id: 'a', poisoned: undefined });
    });

    it('gives up what a worker has lost before any attempt has ended', async () => {
      await trial().send({ id: 'a', ...within(200) });
      await trial().take('gone|1');
      await trial().releaseDead('gone');
      await trial().pass(250);
      expect((await trial().take()).record.poisoned).to.match(/^expired/);
    });

    it('is bounded without a worker: later sends remove what has expired', async () => {
      const late = Array.from({ length: 6 }, (_, i) => ({ id: `late-${i}`, ...within(50, 'remove') }));
      await trial().send(...late);
      await trial().pass(80);
      for (const id of ['a', 'b', 'c']) await trial().send({ id, ...within(60_000, 'remove') });
      expect((await trial().admin.depth('trial')).waiting).to.equal(3);
      expect(await trial().takeAll()).to.deep.equal(['a', 'b', 'c']);
    });
  });
}
