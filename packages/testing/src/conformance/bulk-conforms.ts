// What an engine does to many jobs of a queue at a time: makes them due, removes them, moves them to another queue.
import type { JobPlace, NewSchedule } from '@acktor/core/engine';
import { expect } from 'chai';
import { QueueTrial } from './queue-trial.js';
import { ack, deadLetter } from './test-queue.js';
import type { Suite } from './suite.js';

export function bulkConforms({ describe, it, features, trial }: Suite): void {
  const idsIn = async (place: JobPlace, queue = 'trial') =>
    (await trial().admin.jobs(queue, { place, offset: 0, limit: 100 })).jobs.map(({ id }) => id);

  describe('when an operator promotes', () => {
    it('makes delayed jobs due, the first due first, as many as are asked for', async () => {
      await trial().send(
        { id: 'late', delayMs: 60_000 },
        { id: 'early', delayMs: 30_000 },
        { id: 'last', delayMs: 90_000 },
      );
      expect(await trial().admin.promote('trial', { offset: 0, limit: 2 })).to.deep.equal({ done: 2, left: 0 });
      expect([...(await trial().takeAll())].toSorted()).to.deep.equal(['early', 'late']);
      expect(await idsIn('delayed')).to.deep.equal(['last']);
      expect(await trial().admin.promote('trial', { offset: 1, limit: 2 })).to.deep.equal({ done: 0, left: 0 });
    });

    if (features.schedules)
      it('leaves what keeps a schedule going', async () => {
        await trial()
          .broker.schedules('trial')
          .put(scheduleFrom((await trial().nowMs()) + 80_000_000));
        await trial().send({ id: 'a', delayMs: 90_000_000 });
        expect(await trial().admin.promote('trial', { offset: 0, limit: 10 })).to.deep.equal({ done: 1, left: 1 });
        expect(await trial().takeAll()).to.deep.equal(['a']);
        expect(await trial().admin.clear('trial', { place: 'delayed', limit: 10 })).to.equal(0);
        if (!features.moves) return;
        expect(await trial().admin.move('trial', 'other', { place: 'delayed', offset: 0, limit: 10 })).to.deep.equal({
          done: 0,
          left: 1,
        });
      });
  });

  describe('when an operator clears', () => {
    it('removes what waits, the oldest first, and leaves what is under way', async () => {
      await trial().send(
        { id: 'held' },
        { id: 'a' },
        { id: 'b' },
        { id: 'urgent', priority: 1 },
        { id: 'later', delayMs: 60_000 },
      );
      const held = await trial().take();
      expect(await trial().admin.clear('trial', { place: 'waiting', limit: 1 })).to.equal(1);
      expect(await idsIn('waiting')).to.deep.equal(['b', 'urgent']);
      expect(await trial().admin.clear('trial', { place: 'waiting', limit: 10 })).to.equal(2);
      expect(await trial().admin.clear('trial', { place: 'waiting', limit: 10 })).to.equal(0);
      expect(await trial().takeAll()).to.deep.equal([]);
      expect(await trial().settle(held, ack)).to.equal('stored');
      expect(await idsIn('delayed')).to.deep.equal(['later']);
      expect(await trial().admin.clear('trial', { place: 'delayed', limit: 10 })).to.equal(1);
      expect(await trial().admin.find('trial', 'later')).to.equal(undefined);
      expect(await trial().send({ id: 'a' }), 'its id is free').to.deep.equal(['accepted']);
    });

    it('ends the wait for a job that it removes', async () => {
      await trial().send({ id: 'a' });
      const end = trial().broker.ended('trial', 'a', AbortSignal.timeout(10_000));
      expect(await trial().admin.clear('trial', { place: 'waiting', limit: 10 })).to.equal(1);
      expect(await end).to.deep.equal({ kind: 'gone' });
    });

    it('removes of what was acked only what is old enough, and counts it before', async () => {
      await trial().send({ id: 'a' }, { id: 'b' });
      await trial().settle(await trial().take(), ack);
      const nowMs = await trial().nowMs();
      await trial().pass(5);
      await trial().settle(await trial().take(), ack);
      expect(await trial().admin.ackedUntil('trial', nowMs)).to.equal(1);
      expect(await trial().admin.clear('trial', { place: 'acked', untilMs: nowMs, limit: 10 })).to.equal(1);
      expect(await idsIn('acked')).to.deep.equal(['b']);
      expect(await trial().admin.clear('trial', { place: 'acked', untilMs: nowMs, limit: 10 })).to.equal(0);
    });
  });

  if (!features.moves) return;

  describe('when an operator moves jobs', () => {
    const move = (place: 'waiting' | 'delayed' | 'deadLettered', limit = 10) =>
      trial().admin.move('trial', 'other', { place, offset: 0, limit });

    it('moves what waits, in its order, with payload, options, fence and steps', async () => {
      const other = new QueueTrial(trial(), 'other');
      const backoff = { type: 'fixed', delayMs: 70, jitter: 0.25 } as const;
      await trial().send(
        { id: 'a', payload: '{"n":"ü"}', attempts: 7, backoff },
        { id: 'b' },
        { id: 'c', priority: 4 },
      );
      const first = await trial().take();
      await trial().queue.storeStep(first, { name: 'charge', result: '1' });
      await trial().settle(first, { kind: 'requeue' });
      expect(await move('waiting', 2)).to.deep.equal({ done: 2, left: 0 });
      expect(await idsIn('waiting')).to.deep.equal(['c']);
      expect(await move('waiting')).to.deep.equal({ done: 1, left: 0 });
      const moved = await other.take();
      expect(moved.record).to.deep.include({ id: 'a', payload: '{"n":"ü"}', attempts: 7, backoff, deliveries: 2 });
      expect((await other.queue.steps(moved))?.map(({ name, result }) => [name, result])).to.deep.equal([
        ['charge', '1'],
      ]);
      expect(await other.takeAll()).to.deep.equal(['b', 'c']);
      expect(await trial().admin.find('trial', 'a')).to.equal(undefined);
    });

    it('keeps the time of a delayed job', async () => {
      await trial().send({ id: 'a', delayMs: 60_000 });
      const dueAtMs = (await trial().admin.find('trial', 'a'))?.dueAtMs ?? 0;
      expect(await move('delayed')).to.deep.equal({ done: 1, left: 0 });
      const movedAtMs = (await trial().admin.find('other', 'a'))?.dueAtMs ?? 0;
      expect(movedAtMs).to.be.within(dueAtMs - 5, dueAtMs + 5);
    });

    it('has a dead letter wait there, its attempts afresh and its fence greater', async () => {
      await trial().send({ id: 'a' });
      await trial().settle(await trial().take(), deadLetter);
      expect(await move('deadLettered')).to.deep.equal({ done: 1, left: 0 });
      expect(await trial().store.count()).to.equal(0);
      const other = new QueueTrial(trial(), 'other');
      expect((await other.take()).record).to.include({ id: 'a', attemptsMade: 0, deliveries: 2, leasesLost: 0 });
    });

    it('leaves the job of a flow that has begun, and the steps of flows', async () => {
      await trial().send({ id: 'f' }, { id: 'a' }, { id: 'step', flow: '{}' });
      const store = trial().broker.flows('trial');
      const flow = await store.read('f');
      if (flow) await store.change({ flow, record: '{"phase":"running"}', progress: '{"done":0}' });
      expect(await move('waiting')).to.deep.equal({ done: 1, left: 2 });
      expect(await idsIn('waiting')).to.have.members(['f', 'step']);
      expect((await store.read('f'))?.record).to.equal('{"phase":"running"}');
    });

    it('leaves a job whose id the other queue knows, and what is under way', async () => {
      const other = new QueueTrial(trial(), 'other');
      await other.send({ id: 'a', payload: '{"n":1}' });
      await trial().send({ id: 'held' }, { id: 'a', payload: '{"n":2}' });
      await trial().take();
      expect(await move('waiting')).to.deep.equal({ done: 0, left: 1 });
      expect(await idsIn('waiting')).to.deep.equal(['a']);
      expect((await other.take()).record.payload).to.equal('{"n":1}');
    });
  });
}

/** Its one run waits for its time. */
function scheduleFrom(startsAtMs: number): NewSchedule {
  const timetable = {
    cron: undefined,
    timeZone: undefined,
    everyMs: 86_400_000,
    startsAtMs,
    endsAtMs: undefined,
    limit: undefined,
  };
  const job = { jobName: 'note', payload: '{}', version: 1, priority: 0, attempts: undefined, backoff: undefined };
  return { name: 'daily', timetable, overlap: undefined, missed: 'runOnce', ...job };
}
