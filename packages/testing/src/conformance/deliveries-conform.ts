// What a broker does with deliveries: fetch, ack, retry, requeue, dead letter.
import { expect } from 'chai';
import { ack, deadLetter, requeue, retry, settlements } from './test-queue.js';
import type { Suite } from './suite.js';

export function deliveriesConform({ describe, it, trial }: Suite): void {
  describe('when jobs are delivered', () => {
    const never = new AbortController().signal;

    it('hands a job to one of the requests', async () => {
      await trial().send({ id: 'a' });
      const options = { leaseMs: 10_000, worker: 'here', wantsStatus: false };
      const { replies } = await trial().queue.settleAndFetch([{ fetch: 'here|1' }, { fetch: 'here|2' }], options);
      expect(replies.map(({ fetched }) => fetched?.job.leaseToken)).to.deep.equal(['here|1', undefined]);
    });

    it('returns the status of the queue when it is wanted, and when a fetch comes back empty', async () => {
      const options = { leaseMs: 10_000, worker: 'here', wantsStatus: false };
      await trial().send({ id: 'a' }, { id: 'b' });
      expect((await trial().queue.settleAndFetch([{ fetch: 'here|1' }], options)).status).to.equal(undefined);
      expect(await trial().status()).to.deep.equal({ ready: 1, nextDue: undefined, limitedForMs: 0 });
      const answer = await trial().queue.settleAndFetch([{ fetch: 'here|2' }, { fetch: 'here|3' }], options);
      expect(answer.status).to.deep.equal({ ready: 0, nextDue: undefined, limitedForMs: 0 });
    });

    it('hands out no more than a limit lets begin in a span, and says for how long', async () => {
      const options = { leaseMs: 10_000, worker: 'here', wantsStatus: false, limit: { max: 2, durationMs: 500 } };
      await trial().send({ id: 'a' }, { id: 'b' }, { id: 'c' });
      const ask = (...tokens: readonly string[]) =>
        trial().queue.settleAndFetch(
          tokens.map((fetch) => ({ fetch })),
          options,
        );
      const { replies, status } = await ask('here|1', 'here|2', 'here|3');
      expect(replies.map(({ fetched }) => fetched?.job.record.id)).to.deep.equal(['a', 'b', undefined]);
      expect(status?.ready).to.equal(0);
      expect(status?.limitedForMs).to.be.within(1, 500);
      expect((await ask('here|4')).replies[0]?.fetched).to.equal(undefined);
      await trial().pass((status?.limitedForMs ?? 0) + 1);
      expect((await ask('here|5')).replies[0]?.fetched?.job.record.id).to.equal('c');
    });

    it('keeps the result of an ack', async () => {
      await trial().send({ id: 'a' });
      expect(await trial().settle(await trial().take(), { kind: 'ack', result: '{"n":"ü"}' })).to.equal('stored');
      expect(await trial().broker.ended('trial', 'a', never)).to.deep.equal({ kind: 'acked', result: '{"n":"ü"}' });
    });

    it('hands out the next job with the answer to an ack', async () => {
      await trial().send({ id: 'a' }, { id: 'b' });
      const reply = await trial().askOne({
        settle: { job: await trial().take(), settlement: ack },
        fetch: 'here|9',
      });
      expect(reply.settled).to.equal('stored');
      expect(reply.fetched?.job).to.deep.include({ leaseToken: 'here|9' });
      expect(reply.fetched?.job.record.id).to.equal('b');
    });

    it('hands out nothing that was not asked for', async () => {
      await trial().send({ id: 'a' }, { id: 'b' });
      await trial().settle(await trial().take(), ack);
      expect(await trial().takeAll()).to.deep.equal(['b']);
    });

    it('hands out a retried job again, with one attempt more and a greater fence', async () => {
      await trial().send({ id: 'a' });
      expect(await trial().settle(await trial().take(), retry(0))).to.equal('stored');
      expect((await trial().take()).record).to.include({ id: 'a', attemptsMade: 1, deliveries: 2, leasesLost: 0 });
    });

    it('keeps a job that is retried later until it is due', async () => {
      await trial().send({ id: 'a' }, { id: 'b' });
      await trial().settle(await trial().take(), retry(400));
      expect(await trial().takeAll()).to.deep.equal(['b']);
      const { nextDue } = await trial().status();
      expect(nextDue?.inMs).to.be.within(1, 400);
      await trial().untilDue();
      expect((await trial().take()).record).to.include({ id: 'a', attemptsMade: 1 });
    });

    it('puts a requeued job at the head, and counts no attempt', async () => {
      await trial().send({ id: 'a' }, { id: 'b' });
      expect(await trial().settle(await trial().take(), requeue)).to.equal('stored');
      const again = await trial().take();
      expect(again.record).to.include({ id: 'a', attemptsMade: 0, deliveries: 2, leasesLost: 0 });
      expect(await trial().takeAll()).to.deep.equal(['b']);
    });

    it('keeps a job that is requeued for later until it is due, and counts no attempt', async () => {
      await trial().send({ id: 'a' }, { id: 'b' });
      await trial().settle(await trial().take(), { kind: 'requeue', afterMs: 400 });
      expect(await trial().takeAll()).to.deep.equal(['b']);
      await trial().untilDue();
      expect((await trial().take()).record).to.include({ id: 'a', attemptsMade: 0, deliveries: 2, leasesLost: 0 });
    });

    it('puts a requeued job with a priority before its equals', async () => {
      await trial().send({ id: 'a', priority: 5 }, { id: 'b', priority: 5 }, { id: 'urgent', priority: 1 });
      const urgent = await trial().take();
      await trial().settle(await trial().take(), requeue);
      await trial().settle(urgent, requeue);
      expect(await trial().takeAll()).to.deep.equal(['urgent', 'a', 'b']);
    });

    it('keeps a dead letter with its reason, and hands it out no more', async () => {
      await trial().send({ id: 'a' });
      expect(await trial().settle(await trial().take(), deadLetter)).to.equal('stored');
      expect(await trial().takeAll()).to.deep.equal([]);
      const end = await trial().broker.ended('trial', 'a', never);
      expect(end).to.deep.equal({ kind: 'deadLettered', reason: 'it cannot be' });
    });

    for (const [words, settlement] of settlements) {
      it(`says "stored" again when ${words} is sent twice, for a reply may be lost`, async () => {
        await trial().send({ id: 'a' });
        const job = await trial().take();
        expect(await trial().settle(job, settlement)).to.equal('stored');
        expect(await trial().settle(job, settlement)).to.equal('stored');
        const waitMs =
          settlement.kind === 'requeue' ? (settlement.afterMs ?? 0) : settlement.kind === 'retry' && settlement.delayMs;
        const mayComeBack = waitMs === 0 || settlement.kind === 'waitForChildren';
        expect(await trial().takeAll()).to.deep.equal(mayComeBack ? ['a'] : []);
      });
    }

    it('resolves a wait with how the job ends, and rejects one that was in vain with why', async () => {
      await trial().send({ id: 'a' }, { id: 'b' });
      const end = trial().broker.ended('trial', 'a', never);
      await trial().settle(await trial().take(), ack);
      expect(await end).to.deep.equal({ kind: 'acked', result: '{"ok":true}' });
      const impatient = new AbortController();
      const vain = trial().broker.ended('trial', 'b', impatient.signal);
      impatient.abort(new Error('long enough'));
      expect(await vain.catch(String)).to.equal('Error: long enough');
    });

    it('wakes two waits for the same job, and each wait for another', async () => {
      await trial().send({ id: 'a' }, { id: 'b' });
      const ends = ['a', 'a', 'b'].map((id) => trial().broker.ended('trial', id, never));
      await trial().settle(await trial().take(), ack);
      await trial().settle(await trial().take(), deadLetter);
      expect((await Promise.all(ends)).map(({ kind }) => kind)).to.deep.equal(['acked', 'acked', 'deadLettered']);
    });

    it('resolves a wait that begins before the send with how the job ends', async () => {
      for (const [id, settlement] of Object.entries({ a: ack, b: deadLetter })) {
        const expected = await trial().broker.expectEnd('trial', id, never);
        await trial().send({ id });
        const end = expected();
        await trial().settle(await trial().take(), settlement);
        const result = { kind: 'acked', result: '{"ok":true}' };
        expect(await end).to.deep.equal(id === 'a' ? result : { kind: 'deadLettered', reason: 'it cannot be' });
      }
    });

    it('knows the end of a job that is over before the wait is asked for it', async () => {
      const expected = await trial().broker.expectEnd('trial', 'a', never);
      await trial().send({ id: 'a' });
      await trial().settle(await trial().take(), ack);
      expect(await expected()).to.deep.equal({ kind: 'acked', result: '{"ok":true}' });
    });

    it('rejects a wait that began before the send with why it was in vain, asked for or not', async () => {
      const impatient = new AbortController();
      const [asked, unasked] = await Promise.all(
        ['a', 'b'].map((id) => trial().broker.expectEnd('trial', id, impatient.signal)),
      );
      await trial().send({ id: 'a' });
      const vain = asked?.().catch(String);
      impatient.abort(new Error('long enough'));
      expect(await vain).to.equal('Error: long enough');
      expect(await unasked?.().catch(String)).to.equal('Error: long enough');
    });
  });
}
