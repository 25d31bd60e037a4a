// What a broker does with jobs that are sent with a settlement: added with it, or not at all.
import type { OutgoingJob, Settlement } from '@acktor/core/engine';
import { expect } from 'chai';
import { QueueTrial } from './queue-trial.js';
import { ack, outgoing, retry, settlements } from './test-queue.js';
import type { Suite } from './suite.js';

export function settledSendsConform({ describe, it, trial }: Suite): void {
  describe('when jobs are sent with a settlement', () => {
    const target = () => new QueueTrial(trial(), 'other');
    const to = (queue: QueueTrial, ...jobs: readonly Partial<OutgoingJob>[]) => ({
      sends: jobs.map((job) => ({ queue: queue.queue.name, job: outgoing(job) })),
    });

    for (const [words, settlement] of settlements) {
      it(`adds them, in their order, with ${words}`, async () => {
        const other = target();
        await trial().send({ id: 'a' });
        const sending: Settlement = { ...settlement, ...to(other, { id: 'b', payload: '{"n":1}' }, { id: 'c' }) };
        expect(await trial().settle(await trial().take(), sending)).to.equal('stored');
        await arrived(other, 2);
        const taken = [await other.take(), await other.take(), await other.fetch()];
        const records = taken.flatMap((job) => (job && job.record.id !== 'a' ? [job.record] : []));
        expect(records.map(({ id }) => id)).to.deep.equal(['b', 'c']);
        expect(records[0]).to.deep.include({
          queue: other.queue.name,
          payload: '{"n":1}',
          deliveries: 1,
          attemptsMade: 0,
        });
      });
    }

    it('keeps what is sent with each: delay, priority, attempts and backoff', async () => {
      const other = target();
      const backoff = { type: 'fixed', delayMs: 70, jitter: 0.25 } as const;
      await trial().send({ id: 'a' });
      const jobs = [
        { id: 'late', priority: 9, attempts: 7, backoff },
        { id: 'early', priority: 1 },
        { id: 'later', delayMs: 300 },
      ];
      await trial().settle(await trial().take(), { ...ack, ...to(other, ...jobs) });
      await arrived(other, 3);
      expect((await other.take()).record).to.deep.include({ id: 'early', priority: 1, attempts: undefined });
      expect((await other.take()).record).to.deep.include({
        id: 'late',
        priority: 9,
        attempts: 7,
        backoff,
      });
      expect(await other.takeAll()).to.deep.equal([]);
      await other.untilDue();
      expect(await other.takeAll()).to.deep.equal(['later']);
    });

    it('wakes a consumer that waits for them', async () => {
      const other = target();
      await trial().send({ id: 'a' });
      const held = await trial().take();
      // The wake signal of its arrival is used up, so that only what is sent with it can be seen.
      await trial().waitFor(2);
      const woken = other.queue.waitForWork(10_000);
      await trial().settle(held, { ...ack, ...to(other, { id: 'b' }) });
      expect(await woken).to.deep.equal({ kind: 'ready' });
    });

    it('says that they are ready, when they are of the queue of the call', async () => {
      await trial().send({ id: 'a' });
      const settle = { job: await trial().take(), settlement: { ...ack, ...to(trial(), { id: 'b' }) } };
      const options = { leaseMs: 10_000, worker: 'here', wantsStatus: true };
      const { replies, status } = await trial().queue.settleAndFetch([{ settle }], options);
      expect(replies[0]).to.deep.include({ settled: 'stored', error: undefined });
      expect(status?.ready).to.equal(1);
    });

    it('adds none with a settlement whose lease is lost', async () => {
      const other = target();
      await trial().send({ id: 'a' });
      const lost = await trial().take('dead|1');
      await trial().releaseDead('dead');
      const again = await trial().take();
      expect(await trial().settle(lost, { ...ack, ...to(other, { id: 'b' }) })).to.equal('lost');
      expect(await other.takeAll()).to.deep.equal([]);
      expect(await trial().settle(again, { ...ack, ...to(other, { id: 'c' }) })).to.equal('stored');
      await arrived(other, 1);
      expect(await other.takeAll()).to.deep.equal(['c']);
    });

    it('adds none with a settlement of a job that is gone', async () => {
      const other = target();
      await trial().send({ id: 'a' });
      const held = await trial().take();
      const gone = { ...held, record: { ...held.record, id: 'never' } };
      expect(await trial().settle(gone, { ...ack, ...to(other, { id: 'b' }) })).to.equal('gone');
      expect(await other.takeAll()).to.deep.equal([]);
    });

    it('adds none again with a settlement that was stored before, though the queue has forgotten them', async () => {
      const other = target();
      await trial().send({ id: 'a' });
      const held = await trial().take();
      const sending: Settlement = { ...ack, ...to(other, { id: 'b' }) };
      expect(await trial().settle(held, sending)).to.equal('stored');
      await arrived(other, 1);
      expect(await other.broker.cancel(other.queue.name, 'b', 'no use')).to.equal('removed');
      expect(await trial().settle(held, sending)).to.equal('stored');
      expect(await other.takeAll()).to.deep.equal([]);
    });

    it('adds none whose id the queue knows, and those beside it', async () => {
      const other = target();
      await trial().send({ id: 'a' });
      const held = await trial().take();
      await other.send({ id: 'b', payload: '1' });
      expect(
        await trial().settle(held, { ...retry(5_000), ...to(other, { id: 'b', payload: '2' }, { id: 'c' }) }),
      ).to.equal('stored');
      await arrived(other, 2);
      const [b, c] = [await other.take(), await other.take()];
      expect([b.record.id, b.record.payload, c.record.id]).to.deep.equal(['b', '1', 'c']);
      expect(await other.takeAll()).to.deep.equal([]);
    });

    it('stores plain settlements of the same call, and hands out what it asks for', async () => {
      const other = target();
      await trial().send({ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' });
      const [a, b, c] = [await trial().take(), await trial().take(), await trial().take()];
      const requests = [
        { settle: { job: a, settlement: ack } },
        { settle: { job: b, settlement: { ...ack, ...to(other, { id: 'e' }, { id: 'f' }) } }, fetch: 'here|8' },
        { settle: { job: c, settlement: { ...ack, ...to(other, { id: 'g' }) } } },
      ];
      const options = { leaseMs: 10_000, worker: 'here', wantsStatus: false };
      const { replies } = await trial().queue.settleAndFetch(requests, options);
      expect(replies.map(({ settled }) => settled)).to.deep.equal(['stored', 'stored', 'stored']);
      expect(replies[1]?.fetched?.job.record.id).to.equal('d');
      await arrived(other, 3);
      expect(await other.takeAll()).to.deep.equal(['e', 'f', 'g']);
    });
  });
}

/** Resolves when so many jobs wait in the queue: where queues lie on several servers, that may be a moment later. */
async function arrived(queue: QueueTrial, count: number): Promise<void> {
  for (;;) {
    const { waiting, delayed } = await queue.admin.depth(queue.queue.name);
    if (waiting + delayed >= count) return;
    await queue.pass(10);
  }
}
