import { AcktorError, NameError, OptionsError, PayloadError, Producer, type ScheduleOptions } from '@acktor/core';
import { memoryEngine } from '@acktor/testing';
import { Worker } from '@acktor/worker';
import { expect } from 'chai';
import { handlerOf, recording } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { plainWorker } from '../real-redis/plain-bullmq.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from '../worker/worker-trial.js';

const hello = { text: 'hello' };

describe('producer.schedule', function () {
  this.timeout(60_000);

  it('sends a job for each time, and its handler has the time and the payload', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recording(note, () => ({ length: 0 }));
    await trial.work([handler]);
    const put = await trial.producer.schedule('often', note, { everyMs: 100, limit: 3 }, hello);
    expect(put).to.include({ name: 'often', queue: 'notes', jobName: 'note', everyMs: 100, isPaused: false, limit: 3 });
    const [first, second] = await deliveries.upTo(3);
    expect(first?.scheduledFor).to.deep.equal(put.nextAt);
    expect(second?.scheduledFor?.getTime()).to.be.at.least((put.nextAt?.getTime() ?? 0) + 100);
    expect(first?.data).to.deep.equal(hello);
    const receipt = trial.producer.receipt(note, first?.id ?? '');
    expect(await receipt.result({ timeoutMs: 5_000 })).to.deep.equal({ length: 0 });
  });

  it('tries each run as often as its contract says, or the schedule', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recording(note, () => ({ length: 0 }));
    await trial.work([handler]);
    await trial.producer.schedule('as-contract', note, { everyMs: 60_000 }, hello);
    await trial.producer.schedule('own', note, { everyMs: 60_000, attempts: 7, priority: 5 }, hello);
    const seen = (await deliveries.upTo(2)).map(({ attempts, id }) => [id.split(':')[1], attempts]);
    expect(Object.fromEntries(seen)).to.deep.equal({ 'as-contract': note.attempts, own: 7 });
  });

  it("is seen by BullMQ's clients as a job scheduler, and run by its workers", async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('notes');
    const cron = { cron: '0 7 * * 1-5', timeZone: 'Europe/Berlin' };
    const { nextAt } = await trial.producer.schedule('digest', note, cron, hello);
    const [scheduler] = await queue.getJobSchedulers();
    expect(scheduler).to.include({ key: 'digest', name: 'note', pattern: cron.cron, tz: cron.timeZone });
    expect(scheduler?.next).to.equal(nextAt?.getTime());
    expect(scheduler?.template?.data).to.deep.equal(hello);
    const [run] = await queue.getDelayed();
    await run?.promote();
    await using _worker = plainWorker('notes', trial.namespace, () => Promise.resolve({ length: 0 }));
    while ((await queue.getCompletedCount()) === 0);
    const [after] = await trial.producer.schedules(note).upcoming('digest', { count: 1 });
    expect(after?.getTime()).to.be.above(nextAt?.getTime() ?? 0);
  });

  it('goes on with what a BullMQ client put, lists it, pauses it and removes it', async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('notes');
    await queue.upsertJobScheduler(
      'their:own',
      { pattern: '0 3 * * *' },
      { name: 'note', data: hello, opts: { attempts: 4 } },
    );
    const schedules = trial.producer.schedules('notes');
    expect((await schedules.list()).schedules).to.have.length(1);
    expect(await schedules.get('their:own')).to.include({ jobName: 'note', cron: '0 3 * * *', timeZone: undefined });
    expect(await schedules.pause('their:own')).to.equal(true);
    expect(await queue.getDelayedCount()).to.equal(0);
    expect(await queue.getJobSchedulersCount()).to.equal(1);
    expect(await schedules.resume('their:own')).to.equal(true);
    const [run] = await queue.getDelayed();
    expect(run?.opts).to.include({ attempts: 4 });
    expect(run?.data).to.deep.equal(hello);
    expect(await schedules.remove('their:own')).to.equal(true);
    expect(await queue.getJobSchedulersCount()).to.equal(0);
  });

  it("makes no run of a paused one, also where BullMQ's worker has its last run", async () => {
    await using trial = await WorkerTrial.open();
    await using queue = trial.queue('notes');
    await trial.producer.schedule('often', note, { everyMs: 100 }, hello);
    await using _worker = plainWorker('notes', trial.namespace, () => Promise.resolve({ length: 0 }));
    while ((await queue.getCompletedCount()) < 3);
    await trial.producer.schedules(note).pause('often');
    while ((await queue.getActiveCount()) > 0);
    expect(await queue.getJobCountByTypes('delayed', 'waiting')).to.equal(0);
  });

  it('keeps what it was put with when it is paused and goes on, and when it is put again', async () => {
    await using trial = await WorkerTrial.open();
    const { producer } = trial;
    const options = {
      cron: 'H 3 * * *',
      timeZone: 'Asia/Tokyo',
      overlap: 'skip',
      missed: 'skip',
      attempts: 9,
    } as const;
    const put = await producer.schedule('nightly', note, options, hello);
    const schedules = producer.schedules(note);
    await schedules.pause('nightly');
    expect(await schedules.get('nightly')).to.deep.equal({ ...put, isPaused: true, nextAt: undefined });
    await schedules.resume('nightly');
    expect(await schedules.get('nightly')).to.deep.equal(put);
    await producer.schedule('nightly', note, options, hello);
    expect(await schedules.get('nightly')).to.deep.equal(put);
  });

  it('runs one now, beside its times', async () => {
    await using trial = await WorkerTrial.open();
    const { handler, deliveries } = recording(note, () => ({ length: 0 }));
    await trial.work([handler]);
    await trial.producer.schedule('yearly', note, { cron: '0 0 1 1 *' }, hello);
    const schedules = trial.producer.schedules(note);
    const before = await schedules.get('yearly');
    const id = await schedules.runNow('yearly');
    const { id: delivered, scheduledFor, data } = await deliveries.first();
    expect({ delivered, scheduledFor, data }).to.deep.equal({ delivered: id, scheduledFor: undefined, data: hello });
    expect(await schedules.get('yearly')).to.deep.equal(before);
    expect(await schedules.runNow('unknown')).to.equal(undefined);
  });

  it('knows the next runs', async () => {
    await using trial = await WorkerTrial.open();
    const yearly = {
      cron: '0 0 1 1 *',
      endsAt: new Date('2040-06-01T00:00:00Z'),
      startsAt: new Date('2037-06-01T00:00:00Z'),
    };
    await trial.producer.schedule('yearly', note, yearly, hello);
    const times = await trial.producer.schedules(note).upcoming('yearly', { count: 9 });
    expect(times.map((time) => time.toISOString().slice(0, 10))).to.deep.equal([
      '2038-01-01',
      '2039-01-01',
      '2040-01-01',
    ]);
    const startsAt = new Date(Date.now() + 3_600_000);
    await trial.producer.schedule('thrice', note, { everyMs: 1_000, limit: 3, startsAt }, hello);
    const thrice = await trial.producer.schedules(note).upcoming('thrice');
    expect(thrice.map((time) => time.getTime() - startsAt.getTime())).to.deep.equal([0, 1_000, 2_000]);
    expect(await trial.producer.schedules(note).upcoming('unknown')).to.deep.equal([]);
  });

  const wrong: Readonly<Record<string, readonly [ScheduleOptions, string]>> = {
    'neither cron nor everyMs': [{}, 'expected either cron or everyMs, got neither'],
    'both cron and everyMs': [{ cron: '@daily', everyMs: 1_000 }, 'expected either cron or everyMs, got both'],
    'a pattern of four fields': [{ cron: '* * * *' }, 'got "* * * *" of 4'],
    'a pattern of nothing': [{ cron: ' ' }, 'got " " of 0'],
    'an hour that is none': [{ cron: '0 25 * * *' }, 'Constraint error'],
    'a day that never comes': [{ cron: '0 0 30 2 *' }, 'expected'],
    'a zone that is misspelt': [{ cron: '@daily', timeZone: 'Europe/Berlim' }, 'did you mean Europe/Berlin?'],
    'a zone that is an offset': [
      { cron: '@daily', timeZone: '+02:00' },
      'expected timeZone to be a name of the tz database',
    ],
    'a zone of an interval': [{ everyMs: 1_000, timeZone: 'UTC' }, 'expected no timeZone with everyMs'],
    'an interval that is too short': [{ everyMs: 99 }, 'expected everyMs to be at least 100, got 99'],
    'an end before the start': [
      { cron: '@daily', startsAt: new Date(9), endsAt: new Date(8) },
      'expected endsAt after startsAt',
    ],
    'an end that is over': [{ cron: '@daily', endsAt: new Date(8) }, 'expected a timetable with a time from now on'],
    'a date that is none': [{ cron: '@daily', endsAt: new Date('?') }, 'expected endsAt to be a Date that is a time'],
    'no runs': [{ cron: '@daily', limit: 0 }, 'expected limit to be at least 1, got 0'],
  };
  for (const [words, [options, message]] of Object.entries(wrong))
    it(`refuses ${words}, and changes nothing`, async () => {
      await using producer = await Producer.connect({ engine: memoryEngine() });
      const error = await rejection(producer.schedule('s', note, options, hello), OptionsError);
      expect(error.message).to.include(message);
      expect((await producer.schedules(note).list()).schedules).to.deep.equal([]);
    });

  it('refuses a name that no key can carry, and a payload off the schema', async () => {
    await using producer = await Producer.connect({ engine: memoryEngine() });
    const daily = { cron: '@daily' };
    await rejection(producer.schedule('a:b', note, daily, hello), NameError);
    await rejection(producer.schedule('s', note, daily, { text: 1 } as never), PayloadError);
    expect(
      (await rejection(producer.schedule('s', 'note' as never, daily, hello as never), AcktorError)).code,
    ).to.equal('ACKTOR_NOT_A_CONTRACT');
  });

  it('passes two years of virtual time, a run each weekday', async () => {
    const engine = memoryEngine({ startsAt: new Date('2025-01-01T00:00:00Z') });
    await using producer = await Producer.connect({ engine });
    const days: Date[] = [];
    const handler = handlerOf(note, ({ scheduledFor }) => {
      if (scheduledFor) days.push(scheduledFor);
      return { length: 0 };
    });
    await using _worker = await Worker.start({ engine, handlers: [handler], handleSignals: false });
    await producer.schedule('weekdays', note, { cron: '30 2 * * 1-5', timeZone: 'Europe/Berlin' }, hello);
    await engine.advance({ days: 730 });
    expect(days).to.have.length(522);
    expect(new Set(days.map((day) => day.toLocaleDateString('en-CA', { timeZone: 'Europe/Berlin' }))).size).to.equal(
      522,
    );
  });
});
