import { Calendar } from '@acktor/core/engine';
import { expect } from 'chai';
import { transitionsOf, zonesByClock, type Transition } from './zones.js';

const from = Date.UTC(2025, 0, 1);
const until = Date.UTC(2027, 0, 1);
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe('the calendar, where clocks change', function () {
  this.timeout(120_000);

  it('has a row in docs/schedules.md for each of these', async () => {
    const calendar = await Calendar.load();
    const runs = (rule: string, at: string, count: number) => {
      const [timeZone = '', ...cron] = rule.split(' ');
      const times = steps(calendar, { cron: cron.join(' '), timeZone }, { afterMs: Date.parse(at), count });
      return times.map((ms) => new Date(ms).toISOString().slice(5, 16));
    };
    // Berlin: no 02:30 on March 29, two on October 25.
    expect(runs('Europe/Berlin 30 2 * * *', '2026-03-28T12:00Z', 2)).to.deep.equal(['03-29T01:30', '03-30T00:30']);
    expect(runs('Europe/Berlin 0 2,3 * * *', '2026-03-28T12:00Z', 2)).to.deep.equal(['03-29T01:00', '03-30T00:00']);
    expect(runs('Europe/Berlin 30 2 * * *', '2026-10-24T12:00Z', 2)).to.deep.equal(['10-25T00:30', '10-26T01:30']);
    expect(runs('Europe/Berlin 0 * * * *', '2026-03-29T00:30Z', 2)).to.deep.equal(['03-29T01:00', '03-29T02:00']);
    expect(runs('Europe/Berlin 0 * * * *', '2026-10-24T23:30Z', 3)).to.deep.equal([
      '10-25T00:00',
      '10-25T01:00',
      '10-25T02:00',
    ]);
    // Santiago: no midnight on September 6. Lord Howe: the clock goes half an hour on and back.
    expect(runs('America/Santiago 0 0 * * *', '2026-09-05T12:00Z', 1)).to.deep.equal(['09-07T03:00']);
    expect(runs('Australia/Lord_Howe 15 2 * * *', '2026-10-03T00:00Z', 1)).to.deep.equal(['10-04T15:15']);
    expect(runs('Australia/Lord_Howe */15 * * * *', '2026-04-04T14:40Z', 2)).to.deep.equal([
      '04-04T14:45',
      '04-04T15:30',
    ]);
  });

  it('has one run a day in every zone for two years, but for the days that the table names', async () => {
    const calendar = await Calendar.load();
    const odd: string[] = [];
    for (const [zone, changes] of zonesByClock(from, until)) {
      for (const change of changes) {
        // A time within what the clock passes over or repeats, and one that it has each day.
        for (const inside of [true, false]) odd.push(...oddDays(calendar, { zone, change, inside }));
      }
    }
    expect(odd).to.deep.equal([]);
  });

  it('has a run in each quarter of an hour in every zone for two years, but for what the table names', async () => {
    const calendar = await Calendar.load();
    for (const [zone, changes] of zonesByClock(from, until))
      for (const { atMs } of changes) {
        const times = stepsUntil(calendar, { cron: '*/15 * * * *', timeZone: zone }, [
          atMs - 2 * hour,
          atMs + 3 * hour,
        ]);
        const gaps = times.slice(1).map((ms, i) => ms - (times[i] ?? 0));
        const most = (LONGER_GAPS[zone] ?? 15) * minute;
        expect(Math.max(...gaps), `${zone} at ${new Date(atMs).toISOString()}`).to.be.at.most(most);
        expect(Math.min(...gaps), zone).to.equal(15 * minute);
      }
  });

  it('knows every zone of the tz database, and finds the same times in those whose clocks are the same', async () => {
    const calendar = await Calendar.load();
    const zones = Intl.supportedValuesOf('timeZone');
    expect(zones.length).to.be.above(400);
    for (const zone of zones) {
      const [next = 0] = steps(calendar, { cron: '30 12 * * *', timeZone: zone }, { afterMs: from, count: 1 });
      expect(new Date(next).toLocaleTimeString('en-GB', { timeZone: zone }), zone).to.equal('12:30:00');
    }
    expect(transitionsOf('Europe/Berlin', from, until)).to.have.length(4);
  });
});

/** Of minutes, where a clock changes by less than an hour, or within one. */
const LONGER_GAPS: Readonly<Record<string, number>> = { 'Australia/Lord_Howe': 45, 'Pacific/Chatham': 75 };

interface Change {
  readonly zone: string;
  readonly change: Transition;
  readonly inside: boolean;
}

/** The days around a change of the clock on which a daily run is missing or doubled, and the table does not say so. */
function oddDays(calendar: Calendar, { zone, change: { atMs, shiftMs }, inside }: Change): readonly string[] {
  // The local time at which the clock changes, and a quarter of an hour into what is passed over, or comes twice.
  const isGap = inside && shiftMs > 0;
  const [at = 0, past = 0] = wall(inside ? atMs + Math.min(-minute, shiftMs) : atMs + 6 * hour, zone);
  const [h, m] = inside ? plus(at, past, isGap ? 16 : 15) : [at, past];
  const cron = `${m} ${h} * * *`;
  const runs = stepsUntil(calendar, { cron, timeZone: zone }, [atMs - 2.5 * day, atMs + 2.5 * day]);
  const days = new Set(runs.map((ms) => new Date(ms).toLocaleDateString('en-CA', { timeZone: zone })));
  const doubled = runs.length - days.size;
  const isPassedOver = isGap && (shiftMs < hour || touchesMidnight(atMs, zone));
  const missing = 5 - runs.length;
  const isAsSaid = doubled === 0 && missing === (isPassedOver ? 1 : 0);
  return isAsSaid ? [] : [`${zone} ${cron} at ${new Date(atMs).toISOString()}: ${missing} missing, ${doubled} doubled`];
}

/** Whether what the clock passes over begins, or ends, at midnight. */
function touchesMidnight(atMs: number, zone: string): boolean {
  return wall(atMs - minute, zone).join(':') === '23:59' || wall(atMs, zone).join(':') === '0:0';
}

function plus(h: number, m: number, minutes: number): readonly [number, number] {
  const all = (h * 60 + m + minutes) % 1_440;
  return [Math.floor(all / 60), all % 60];
}

/** The hour and the minute that the zone's clock shows. */
function wall(ms: number, zone: string): readonly number[] {
  const text = new Date(ms).toLocaleTimeString('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  return text.split(':').map(Number);
}

interface Rule {
  readonly cron: string;
  readonly timeZone: string;
}

interface Steps {
  readonly afterMs: number;
  readonly count: number;
}

/** As schedules find their times: each from the one before. */
function steps(calendar: Calendar, rule: Rule, { afterMs, count }: Steps): readonly number[] {
  const times: number[] = [];
  for (let at: number | undefined = afterMs; times.length < count; times.push(at)) {
    at = calendar.next(rule, at);
    if (at === undefined) break;
  }
  return times;
}

function stepsUntil(calendar: Calendar, rule: Rule, [afterMs, endMs]: readonly [number, number]): readonly number[] {
  const times: number[] = [];
  for (let at = calendar.next(rule, afterMs); at !== undefined && at < endMs; at = calendar.next(rule, at))
    times.push(at);
  return times;
}
