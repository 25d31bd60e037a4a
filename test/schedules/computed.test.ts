// Schedules whose contract computes the payload, and runs of past times.
import { DeadLetteredError, job, OptionsError, Producer } from '@acktor/core';
import { memoryEngine } from '@acktor/testing';
import { Worker } from '@acktor/worker';
import { expect } from 'chai';
import { z } from 'zod';
import { handlerOf, recording } from '../handler/handler-of.js';
import { note } from '../jobs/notes.js';
import { rejection } from '../server/rejection.js';
import { WorkerTrial } from '../worker/worker-trial.js';

const soon = { type: 'fixed', delayMs: 0 } as const;
const report = job('report', {
  queue: 'notes',
  data: z.object({ day: z.string(), by: z.string() }),
  result: z.string(),
  attempts: 2,
  backoff: soon,
  scheduleData: ({ scheduledFor, schedule }) => ({ day: scheduledFor.toISOString().slice(0, 10), by: schedule }),
});

describe('a contract with scheduleData', function () {
  this.timeout(30_000);

  it('computes the payload of each run where it is handled, at each attempt', async () => {
    const engine = memoryEngine({ startsAt: new Date('2026-03-01T00:00:00Z') });
    await using producer = await Producer.connect({ engine });
    const { handler, deliveries } = recording(report, ({ attempt, data }) => {
      if (attempt === 1 && data.day === '2026-03-02') throw new Error('not yet');
      return data.day;
    });
    await using _ = await Worker.start({ engine, handlers: [handler], handleSignals: false });
    await producer.schedule('daily', report, { cron: '0 7 * * *', timeZone: 'UTC' });
    await engine.advance({ days: 3 });
    expect(deliveries.all.map(({ data }) => data)).to.deep.equal([
      { day: '2026-03-01', by: 'daily' },
      { day: '2026-03-02', by: 'daily' },
      { day: '2026-03-02', by: 'daily' },
      { day: '2026-03-03', by: 'daily' },
    ]);
  });

  it('takes a payload that is given all the same, and computes that of runNow and a backfill', async () => {
    await using trial = await WorkerTrial.open();
    const { producer } = trial;
    const { handler, deliveries } = recording(report, ({ data }) => data.day);
    await trial.work([handler]);
    await producer.schedule('given', report, { everyMs: 60_000 }, { day: 'any', by: 'me' });
    expect((await deliveries.first()).data).to.deep.equal({ day: 'any', by: 'me' });
    await producer.schedule('computed', report, { cron: '0 0 1 1 *', timeZone: 'UTC' });
    const schedules = producer.schedules(report);
    await schedules.runNow('computed');
    const ran = await deliveries.first(({ data }) => data.by === 'computed');
    expect(ran.data.day).to.equal(ran.sentAt.toISOString().slice(0, 10));
    await schedules.backfill('computed', { from: new Date('2020-01-01'), to: new Date('2020-02-01') });
    const past = await deliveries.first(({ data }) => data.day === '2020-01-01');
    expect(past.scheduledFor).to.deep.equal(new Date('2020-01-01T00:00:00Z'));
  });

  it('has a run be a dead letter for a payload off the schema, and where the worker has no such function', async () => {
    await using trial = await WorkerTrial.open();
    const { producer } = trial;
    const wrong = job('wrong', { queue: 'notes', data: z.object({ n: z.int() }), scheduleData: () => ({ n: 0.5 }) });
    const lacking = job('lacking', { queue: 'notes', data: z.object({ n: z.int() }) });
    const computing = job('lacking', {
      queue: 'notes',
      data: z.object({ n: z.int() }),
      scheduleData: () => ({ n: 1 }),
    });
    const puts = [
      await producer.schedule('wrong', wrong, { everyMs: 60_000 }),
      await producer.schedule('lacking', computing, { everyMs: 60_000 }),
    ];
    await trial.work([handlerOf(wrong, () => undefined), handlerOf(lacking, () => undefined)]);
    for (const [name, message] of [
      ['wrong', /payload of job wrong: data.n/],
      ['lacking', /payload of job lacking: data: expected scheduleData in the contract of the worker/],
    ] as const) {
      const { nextAt } = puts.find((put) => put.name === name) ?? {};
      const id = `repeat:${name}:${nextAt?.getTime()}`;
      const fault = await rejection(producer.receipt(wrong, id).result({ timeoutMs: 10_000 }), DeadLetteredError);
      expect(fault.reason).to.match(message);
    }
  });

  it('is refused where it is no function', () => {
    const given = { queue: 'notes', data: z.object({}), scheduleData: 'x' as unknown as () => Record<string, never> };
    expect(() => job('x', given)).to.throw(/expected scheduleData to be a function/);
  });
});

describe('a backfill', function () {
  this.timeout(30_000);
  let trial: WorkerTrial;
  beforeEach(async () => {
    trial = await WorkerTrial.open();
  });
  afterEach(() => trial[Symbol.asyncDispose]());

  const schedules = () => trial.producer.schedules(note);
  const span = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2026-01-08T00:00:00Z') };

  it('runs each past time of a pattern once, with its time, and leaves the schedule as it is', async () => {
    const { handler, deliveries } = recording(note, () => ({ length: 1 }));
    await trial.work([handler]);
    await trial.producer.schedule(
      'daily',
      note,
      { cron: '0 7 * * *', timeZone: 'UTC', overlap: 'skip' },
      { text: 'x' },
    );
    const before = await schedules().get('daily');
    expect(await schedules().backfill('daily', span)).to.deep.equal({ sent: 7, passedOver: 0 });
    await deliveries.upTo(7);
    expect(await schedules().backfill('daily', span)).to.deep.equal({ sent: 0, passedOver: 7 });
    const times = deliveries.all.map(({ scheduledFor }) => scheduledFor?.toISOString() ?? '').toSorted(byText);
    expect(times).to.deep.equal(Array.from({ length: 7 }, (_, i) => `2026-01-0${i + 1}T07:00:00.000Z`));
    expect(await schedules().get('daily')).to.deep.equal(before);
  });

  it('counts the times of an interval from its next run, and sends none that is to come', async () => {
    const { nextAt = new Date() } = await trial.producer.schedule(
      'hourly',
      note,
      { everyMs: 3_600_000, startsAt: new Date(Date.now() + 1_800_000) },
      { text: 'x' },
    );
    await trial.producer.schedule('hourly', note, { everyMs: 3_600_000 }, { text: 'x' });
    const from = new Date(nextAt.getTime() - 3 * 3_600_000);
    const summary = await schedules().backfill('hourly', { from, to: new Date(nextAt.getTime() + 86_400_000) });
    expect(summary).to.deep.equal({ sent: 3, passedOver: 0 });
    await using queue = trial.queue('notes');
    const waiting = (await queue.getJobs('wait')).map(({ id }) => id ?? '').toSorted(byText);
    expect(waiting).to.deep.equal([3, 2, 1].map((hours) => `repeat:hourly:${nextAt.getTime() - hours * 3_600_000}`));
  });

  it('refuses what is too much, and what it cannot count', async () => {
    await trial.producer.schedule('each-minute', note, { cron: '* * * * *' }, { text: 'x' });
    const tooMuch = await rejection(schedules().backfill('each-minute', span), OptionsError);
    expect(tooMuch.message).to.match(/expected at most 1000 times from 2026-01-01.* got more: run them in parts/);
    const turned = await rejection(schedules().backfill('each-minute', { from: span.to, to: span.from }), OptionsError);
    expect(turned.message).to.match(/expected to after from/);
    await trial.producer.schedule('paused', note, { everyMs: 60_000 }, { text: 'x' });
    await schedules().pause('paused');
    const paused = await rejection(schedules().backfill('paused', span), OptionsError);
    expect(paused.message).to.match(/got one that is paused or has ended/);
    expect(await schedules().backfill('none', span)).to.equal(undefined);
  });
});

describe('the jitter of a schedule', () => {
  it('is refused where a run would begin after the next', async () => {
    await using trial = await WorkerTrial.open();
    const put = (options: object) => trial.producer.schedule('x', note, options, { text: 'x' });
    const ofInterval = await rejection(put({ everyMs: 1_000, jitterMs: 1_000 }), OptionsError);
    expect(ofInterval.message).to.match(/expected jitterMs below the 1000 ms between two runs, got 1000/);
    const ofPattern = await rejection(put({ cron: '*/5 * * * *', jitterMs: 300_000 }), OptionsError);
    expect(ofPattern.message).to.match(/expected jitterMs below the 300000 ms between two runs, got 300000/);
    const put5 = await put({ cron: '*/5 * * * *', jitterMs: 299_999, missed: 'runAll' });
    expect(put5).to.include({ jitterMs: 299_999, missed: 'runAll' });
    expect(await trial.producer.schedules(note).get('x')).to.deep.equal(put5);
  });
});

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}
