// What an engine shows to operators, and lets them do.
import type { JobPlace } from '@acktor/core/engine';
import { expect } from 'chai';
import type { QueueTrial } from './queue-trial.js';
import { ack, deadLetter, leaseOf, retry } from './test-queue.js';
import type { Suite } from './suite.js';

export function operatorConforms({ describe, it, trial }: Suite): void {
  describe('when an operator looks', () => {
    it('knows the queues that were used, and no others', async () => {
      expect(await trial().admin.knows('unused')).to.equal(false);
      expect(await trial().admin.depth('unused')).to.deep.include({ waiting: 0, active: 0, isPaused: false });
      expect(await trial().admin.knows('unused'), 'though it was looked at').to.equal(false);
      await trial().send({ id: 'a' });
      expect(await trial().admin.queueNames()).to.deep.equal(['trial']);
      expect(await trial().admin.knows('trial')).to.equal(true);
    });

    it('says how many jobs are where, and since and until when', async () => {
      await oneOfEach(trial());
      const depth = await trial().admin.depth('trial');
      expect(depth).to.include({ queue: 'trial', isPaused: false, waiting: 2, delayed: 1 });
      expect(depth).to.include({ active: 1, acked: 1, deadLetters: 1 });
      expect(depth.oldestWaitingAtMs).to.be.at.most(depth.readAtMs);
      expect((depth.nextDueAtMs ?? 0) - depth.readAtMs).to.be.within(1, 60_000);
    });

    it('lists jobs by place, page by page, in the order in which they are fetched, due or ended', async () => {
      await oneOfEach(trial());
      const idsIn = async (place: JobPlace) =>
        (await trial().admin.jobs('trial', { place, offset: 0, limit: 10 })).jobs.map(({ id }) => id);
      expect(await idsIn('waiting')).to.deep.equal(['job-plain', 'job-late']);
      expect(await idsIn('delayed')).to.deep.equal(['job-delayed']);
      expect(await idsIn('active')).to.deep.equal(['job-active']);
      expect(await idsIn('acked')).to.deep.equal(['job-acked']);
      expect(await idsIn('deadLettered')).to.deep.equal(['job-dead']);
      const page = await trial().admin.jobs('trial', { place: 'waiting', offset: 0, limit: 1 });
      expect([page.jobs.length, page.hasMore]).to.deep.equal([1, true]);
    });

    it('finds one job in short, with its place', async () => {
      await oneOfEach(trial());
      expect(await trial().admin.find('trial', 'job-active')).to.include({
        place: 'active',
        workerId: 'here',
        deliveries: 1,
      });
      expect(await trial().admin.find('trial', 'job-dead')).to.include({
        place: 'deadLettered',
        reason: 'it cannot be',
      });
      expect(await trial().admin.find('trial', 'unknown')).to.equal(undefined);
    });

    it('shows one job in full: payload, result, progress, log and deliveries', async () => {
      await trial().send({ id: 'a', name: 'mail', payload: '{"to":"x"}' });
      const failed = await trial().take();
      const attempt = { attempt: 1, fence: 1, worker: 'here', end: 'threw', reason: 'not yet' } as const;
      await trial().askOne({ settle: { job: failed, settlement: retry(0), attempt } });
      const job = await trial().take();
      await trial().queue.progress(leaseOf(job), '{"percent":50}');
      for (const line of ['one', 'two', 'three']) await trial().queue.log(leaseOf(job), line, 2);
      await trial().settle(job, ack);
      const details = await trial().admin.job('trial', 'a');
      expect(details).to.include({ name: 'mail', payload: '{"to":"x"}', result: '{"ok":true}', attemptsMade: 2 });
      expect(details).to.include({ progress: '{"percent":50}', stack: 'Error: at y', place: 'acked' });
      expect(details?.log).to.deep.equal(['two', 'three']);
      expect(details?.attempts.map(({ attempt: n, end, reason }) => [n, end, reason])).to.deep.equal([
        [1, 'retried', 'not yet'],
        [2, 'acked', undefined],
      ]);
      expect(await trial().admin.job('trial', 'unknown')).to.equal(undefined);
    });

    it('hands out nothing of a queue that is paused, and wakes a waiting consumer when it goes on', async () => {
      await trial().admin.pause('trial');
      await trial().send({ id: 'a' });
      expect(await trial().takeAll()).to.deep.equal([]);
      expect(await trial().admin.depth('trial')).to.include({ isPaused: true, waiting: 1 });
      const woken = trial().queue.waitForWork(10_000);
      await trial().admin.resume('trial');
      expect(await woken).to.deep.equal({ kind: 'ready' });
      expect(await trial().takeAll()).to.deep.equal(['a']);
    });

    it('makes a delayed job due at once, and no other', async () => {
      await trial().send({ id: 'later', delayMs: 60_000 }, { id: 'now' });
      expect(await trial().admin.runNow('trial', 'now')).to.equal(false);
      expect(await trial().admin.runNow('trial', 'later')).to.equal(true);
      expect(await trial().takeAll()).to.deep.equal(['now', 'later']);
    });

    it('counts the active jobs without a lease', async () => {
      await trial().send({ id: 'a' }, { id: 'b' });
      await trial().untilExpired(await trial().take('gone|1', { leaseMs: 1 }));
      await trial().take();
      expect((await trial().admin.symptoms('trial')).unleased).to.equal(1);
    });

    it('limits how many jobs of a queue are under way at a time, until it does not', async () => {
      await trial().send({ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' });
      await trial().admin.limit('trial', { concurrency: 2, rate: undefined });
      expect(await trial().admin.limits('trial')).to.deep.equal({ concurrency: 2, rate: undefined });
      const held = await trial().take();
      await trial().take();
      expect(await trial().fetch()).to.equal(undefined);
      const { fetched } = await trial().askOne({ settle: { job: held, settlement: ack }, fetch: 'here|99' });
      expect(fetched?.job.record.id).to.equal('c');
      expect((await trial().status()).ready).to.equal(0);
      await trial().admin.limit('trial', { concurrency: null, rate: undefined });
      expect(await trial().takeAll()).to.deep.equal(['d']);
    });

    it('limits how many jobs of a queue begin in a span, before what its workers say', async () => {
      await trial().send({ id: 'a' }, { id: 'b' }, { id: 'c' }, { id: 'd' });
      await trial().admin.limit('trial', { concurrency: undefined, rate: { max: 2, durationMs: 60_000 } });
      expect(await trial().takeAll()).to.deep.equal(['a', 'b']);
      const call = { leaseMs: 10_000, worker: 'here', wantsStatus: true };
      const { status } = await trial().queue.settleAndFetch([{ fetch: 'here|98' }], call);
      expect(status?.limitedForMs).to.be.within(1, 60_000);
      await trial().admin.limit('trial', { concurrency: 7, rate: { max: 3, durationMs: 30_000 } });
      expect(await trial().admin.limits('trial')).to.deep.equal({
        concurrency: 7,
        rate: { max: 3, durationMs: 30_000 },
      });
      expect(await trial().takeAll()).to.deep.equal(['c']);
      await trial().admin.limit('trial', { concurrency: undefined, rate: null });
      expect(await trial().takeAll()).to.deep.equal(['d']);
    });

    it('wakes a worker when a limit is raised', async () => {
      await trial().send({ id: 'a' }, { id: 'b' });
      await trial().admin.limit('trial', { concurrency: 1, rate: undefined });
      await trial().take();
      expect(await trial().fetch()).to.equal(undefined);
      // What the sends have left.
      await trial().waitFor(20);
      const woken = trial().queue.waitForWork(10_000);
      await trial().admin.limit('trial', { concurrency: 2, rate: undefined });
      expect((await woken).kind).to.equal('ready');
    });
  });
}

/** Jobs named by their places, and one more that waits by its priority. */
async function oneOfEach(trial: QueueTrial): Promise<void> {
  await trial.send({ id: 'job-acked' }, { id: 'job-dead' }, { id: 'job-active' }, { id: 'job-plain' });
  await trial.send({ id: 'job-late', priority: 9 }, { id: 'job-delayed', delayMs: 60_000 });
  await trial.settle(await trial.take(), ack);
  await trial.settle(await trial.take(), deadLetter);
  await trial.take();
}
