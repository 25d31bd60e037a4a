// What schedules promise: one job for each time, the next one as soon as a run is fetched, and changes that lose no run that is due.
import type { NewSchedule, ScheduleStore, StoredSchedule, Timetable } from '@acktor/core/engine';
import { expect } from 'chai';
import type { Suite } from './suite.js';
import { ack, retry } from './test-queue.js';

export function schedulesConform({ describe, it, trial }: Suite): void {
  const store = () => trial().broker.schedules('trial');

  describe('when jobs are scheduled', () => {
    it('makes the first run of an interval at once, and the next one when that is fetched, for the time after', async () => {
      await store().put(every(60_000));
      const first = await trial().take();
      expect(first.record).to.include({ name: 'tick', payload: '{"at":1}', attempts: 2 });
      expect(first.record.slot?.schedule).to.equal('ticking');
      const { nextAtMs, runs } = await found(store());
      expect(nextAtMs).to.equal((first.record.slot?.atMs ?? 0) + 60_000);
      expect(runs).to.equal(2);
      expect(await trial().takeAll()).to.deep.equal([]);
      expect(await trial().admin.depth('trial')).to.include({ delayed: 1, waiting: 0 });
    });

    it('makes the run of a pattern for its next time, in the time zone', async () => {
      await store().put(at('0 12 * * *', 'Asia/Kathmandu'));
      const { nextAtMs = 0 } = await found(store());
      expect(new Date(nextAtMs).toISOString()).to.match(/T06:15:00.000Z$/);
      expect(nextAtMs - (await trial().nowMs())).to.be.within(0, 86_400_000);
      expect(await trial().takeAll()).to.deep.equal([]);
    });

    it('makes one run for each time, however often a run is fetched', async () => {
      await store().put(every(60_000));
      const first = await trial().take();
      await trial().settle(first, retry(0));
      const again = await trial().take();
      expect(again.record).to.include({ id: first.record.id, attemptsMade: 1 });
      expect(again.record.slot).to.deep.equal(first.record.slot);
      expect(await trial().admin.depth('trial')).to.include({ delayed: 1 });
      expect((await found(store())).runs).to.equal(2);
    });

    it('adds the next run also when the worker that fetched one died', async () => {
      await store().put(every(60_000));
      await trial().take('dead|1');
      await trial().releaseDead('dead');
      await trial().take();
      expect(await trial().admin.depth('trial')).to.include({ delayed: 1, active: 1 });
    });

    it('ends at its limit', async () => {
      await store().put(every(1_000, { limit: 2 }));
      await trial().settle(await trial().take(), ack);
      await trial().untilDue();
      await trial().settle(await trial().take(), ack);
      expect((await found(store())).nextAtMs).to.equal(undefined);
      expect(await trial().admin.depth('trial')).to.include({ delayed: 0, waiting: 0 });
    });

    it('ends when its end has come, and refuses to begin after it', async () => {
      const nowMs = await trial().nowMs();
      await store().put(every(60_000, { endsAtMs: nowMs + 30_000 }));
      await trial().settle(await trial().take(), ack);
      expect((await found(store())).nextAtMs).to.equal(undefined);
      expect(await store().put(at('0 0 1 1 *', 'UTC', { endsAtMs: nowMs + 1 }))).to.deep.equal({ kind: 'noRun' });
    });

    it('makes no run after its end when one is fetched late, and the times between have passed', async () => {
      const endsAtMs = (await trial().nowMs()) + 1_500;
      await store().put(every(700, { endsAtMs }));
      await trial().pass(1_450);
      await trial().settle(await trial().take(), ack);
      expect((await found(store())).nextAtMs ?? 0).to.be.at.most(endsAtMs);
    });

    it('changes a schedule that is put again: the run that waits is replaced', async () => {
      await store().put(at('0 0 1 1 *', 'UTC'));
      await store().put({ ...at('0 0 1 2 *', 'UTC'), payload: '{"at":2}' });
      const [listed, ...others] = (await store().page({ offset: 0, limit: 10 })).schedules;
      expect(others).to.deep.equal([]);
      expect(listed).to.deep.include({
        payload: '{"at":2}',
        timetable: { ...always, cron: '0 0 1 2 *', timeZone: 'UTC' },
      });
      expect(new Date(listed?.nextAtMs ?? 0).getUTCMonth()).to.equal(1);
      expect(await trial().admin.depth('trial')).to.include({ delayed: 1 });
    });

    it('keeps a run that is due when its schedule is put again as it was', async () => {
      await store().put(at('* * * * * *', 'UTC'));
      await trial().untilDue();
      const { nextAtMs } = await found(store());
      await trial().pass(1_100);
      await store().put(at('* * * * * *', 'UTC'));
      expect((await found(store())).nextAtMs).to.equal(nextAtMs);
      expect((await trial().take()).record.slot?.atMs).to.equal(nextAtMs);
    });

    it('makes no run while it is paused, also when it is put again, and goes on with a time from now', async () => {
      await store().put(every(60_000));
      expect(await store().pause('ticking')).to.equal(true);
      expect(await store().pause('ticking')).to.equal(true);
      expect(await trial().takeAll()).to.deep.equal([]);
      expect(await found(store())).to.include({ isPaused: true, nextAtMs: undefined });
      expect(await store().put(every(60_000))).to.include({ isPaused: true });
      expect(await trial().admin.depth('trial')).to.include({ delayed: 0, waiting: 0 });
      expect(await store().resume('ticking')).to.equal(true);
      const { nextAtMs = 0, isPaused } = await found(store());
      expect(isPaused).to.equal(false);
      expect(nextAtMs).to.be.at.least((await trial().nowMs()) - 1_000);
      expect(await store().resume('ticking')).to.equal(true);
      expect((await found(store())).nextAtMs).to.equal(nextAtMs);
    });

    it('adds nothing for a run that was fetched before the pause', async () => {
      await store().put(every(60_000));
      await trial().take('dead|1');
      await store().pause('ticking');
      await trial().releaseDead('dead');
      await trial().take();
      expect(await trial().admin.depth('trial')).to.include({ delayed: 0, waiting: 0, active: 1 });
    });

    it('passes over a run while an earlier one is under way, where it is to be skipped', async () => {
      await store().put({ ...every(1_000), overlap: 'skip' });
      const first = await trial().take();
      await trial().untilDue();
      expect(await trial().fetch()).to.equal(undefined);
      expect(await trial().admin.depth('trial')).to.include({ active: 1, delayed: 1, waiting: 0, acked: 0 });
      expect((await found(store())).overlap).to.equal('skip');
      await trial().settle(first, ack);
      await trial().untilDue();
      const { slot } = (await trial().take()).record;
      expect(slot?.atMs).to.be.at.least((first.record.slot?.atMs ?? 0) + 2_000);
    });

    it('has a run wait for an earlier one, where it is to be queued', async () => {
      await store().put({ ...every(1_000, { limit: 2 }), overlap: 'queue' });
      const first = await trial().take();
      await trial().untilDue();
      expect(await trial().fetch()).to.equal(undefined);
      await trial().settle(first, ack);
      await trial().untilDue();
      const second = await trial().take();
      expect(second.record.slot?.atMs).to.equal((first.record.slot?.atMs ?? 0) + 1_000);
      expect(second.record.attemptsMade).to.equal(0);
    });

    it('hands out one of two runs that are fetched together, where they are to be queued', async () => {
      await store().put({ ...every(1_000, { limit: 2 }), overlap: 'queue' });
      const first = await trial().take();
      await trial().untilDue();
      await trial().settle(first, { kind: 'requeue' });
      const requests = [{ fetch: trial().newToken() }, { fetch: trial().newToken() }];
      const call = { leaseMs: 10_000, worker: 'here', wantsStatus: false };
      const { replies } = await trial().queue.settleAndFetch(requests, call);
      expect(replies.filter(({ fetched }) => fetched !== undefined)).to.have.length(1);
    });

    it('cancels an earlier run, where it is to be', async () => {
      await store().put({ ...every(1_000, { limit: 2 }), overlap: 'cancelRunning' });
      const first = await trial().take();
      await trial().untilDue();
      await trial().take();
      await trial().settle(first, { kind: 'requeue' });
      const again = await trial().take();
      expect(again.record).to.include({ id: first.record.id, cancelled: 'the next run of its schedule has begun' });
    });

    it('hands out late what was missed, once, or passes it over where that is asked for', async () => {
      await store().put({ ...every(500), name: 'late' });
      await store().put({ ...every(500), missed: 'skip' });
      await trial().pass(1_600);
      const late = await trial().take();
      expect(late.record.slot?.schedule).to.equal('late');
      expect(await trial().fetch(), 'the other one was passed over').to.equal(undefined);
      const nowMs = await trial().nowMs();
      for (const { nextAtMs, runs } of (await store().page({ offset: 0, limit: 2 })).schedules) {
        expect(nextAtMs).to.be.within(nowMs - 100, nowMs + 500);
        expect(runs).to.equal(2);
      }
    });

    it('runs all that were missed where that is asked for, each once and in order, and is on time again then', async () => {
      for (const schedule of [every(300), at('* * * * * *', 'UTC')]) {
        await store().put({ ...schedule, missed: 'runAll' });
        const apartMs = schedule.timetable.everyMs ?? 1_000;
        await trial().untilDue();
        await trial().pass(4 * apartMs);
        const beganMs = await trial().nowMs();
        const times: number[] = [];
        for (let job = await trial().fetch(); job !== undefined; job = await trial().fetch()) {
          times.push(job.record.slot?.atMs ?? 0);
          if (times.length > 1) expect(job.record.sentAtMs, 'when it was added').to.be.at.least(beganMs);
          await trial().settle(job, ack);
        }
        expect(times).to.have.length.at.least(4);
        expect(times).to.deep.equal(times.map((_, i) => (times[0] ?? 0) + i * apartMs));
        const { nextAtMs = 0 } = await found(store());
        expect(nextAtMs).to.equal((times.at(-1) ?? 0) + apartMs);
        await store().remove('ticking');
      }
    });

    it('puts runs off by their jitter, each by its own part, and keeps their times', async () => {
      await store().put({ ...every(1_000, { startsAtMs: (await trial().nowMs()) + 1_000 }), jitterMs: 900 });
      const jitters: number[] = [];
      for (let run = 0; run < 3; run += 1) {
        const { nextDue } = await trial().status();
        const { nextAtMs = 0 } = await found(store());
        jitters.push((nextDue?.atMs ?? 0) - nextAtMs);
        await trial().untilDue();
        const job = await trial().take();
        expect(job.record.slot?.atMs).to.equal(nextAtMs);
        await trial().settle(job, ack);
      }
      for (const jitter of jitters) expect(jitter).to.be.within(0, 901);
      expect(new Set(jitters).size).to.be.above(1);
    });

    it('hands out what is sent of it beside it as a run of its time, whatever it does with those that it missed', async () => {
      await store().put({ ...every(60_000), missed: 'skip' });
      await trial().take();
      const slot = { schedule: 'ticking', atMs: (await trial().nowMs()) - 600_000 };
      const run = { id: `repeat:ticking:${slot.atMs}`, slot };
      expect(await trial().send(run, run)).to.deep.equal(['accepted', { duplicateOf: 'waiting' }]);
      expect((await trial().take()).record.slot).to.deep.equal(slot);
      expect((await found(store())).runs).to.equal(2);
    });

    it('keeps whether the payload of its runs is computed', async () => {
      await store().put({ ...every(60_000), payload: 'null', isComputed: true });
      expect((await found(store())).isComputed).to.equal(true);
      expect((await trial().take()).record).to.include({ payload: 'null', computedFor: 'ticking' });
    });

    it('removes a schedule with the run that waits', async () => {
      await store().put(at('0 0 1 1 *', 'UTC'));
      expect(await store().remove('ticking')).to.equal(true);
      expect(await store().remove('ticking')).to.equal(false);
      expect(await store().find('ticking')).to.equal(undefined);
      expect(await store().pause('ticking')).to.equal(false);
      expect(await store().resume('ticking')).to.equal(false);
      expect(await trial().admin.depth('trial')).to.include({ delayed: 0, waiting: 0 });
    });

    it('lists them page by page, the one that runs next first', async () => {
      const nowMs = await trial().nowMs();
      for (const hours of [3, 1, 2])
        await store().put({ ...every(60_000, { startsAtMs: nowMs + hours * 3_600_000 }), name: `in-${hours}` });
      const first = await store().page({ offset: 0, limit: 2 });
      expect(first.schedules.map(({ name }) => name)).to.deep.equal(['in-1', 'in-2']);
      expect(first.hasMore).to.equal(true);
      const rest = await store().page({ offset: 2, limit: 2 });
      expect([rest.schedules.map(({ name }) => name), rest.hasMore]).to.deep.equal([['in-3'], false]);
    });
  });
}

const always: Timetable = {
  cron: undefined,
  timeZone: undefined,
  everyMs: undefined,
  startsAtMs: undefined,
  endsAtMs: undefined,
  limit: undefined,
};

function every(everyMs: number, bounds: Partial<Timetable> = {}): NewSchedule {
  return ticking({ ...always, everyMs, ...bounds });
}

function at(cron: string, timeZone: string, bounds: Partial<Timetable> = {}): NewSchedule {
  return ticking({ ...always, cron, timeZone, ...bounds });
}

function ticking(timetable: Timetable): NewSchedule {
  const job = { jobName: 'tick', payload: '{"at":1}', version: 1, priority: 0, attempts: 2, backoff: undefined };
  return { name: 'ticking', timetable, overlap: undefined, missed: 'runOnce', ...job };
}

async function found(store: ScheduleStore): Promise<StoredSchedule> {
  const schedule = await store.find('ticking');
  if (schedule === undefined) throw new Error('expected the schedule to be there');
  return schedule;
}
