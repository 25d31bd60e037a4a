// The schedules of a queue: put, read, paused, run and removed.
import { randomBytes } from 'node:crypto';
import type { Broker } from '../engine/broker.js';
import { BrokerReplyError } from '../engine/broker-errors.js';
import type { OutgoingJob } from '../engine/work-queue.js';
import type { ScheduleStore, StoredSchedule } from '../engine/schedule-store.js';
import { checkId } from '../contract/names.js';
import { Calendar } from './calendar.js';
import { backfillSpan, pastTimes, type BackfillOptions } from './backfill.js';
import { cronRule } from './timetables.js';
import {
  scheduleListOptions,
  upcomingOptions,
  type ScheduleListOptions,
  type UpcomingOptions,
} from './schedule-options.js';

/** A schedule as people see it. What is undefined was not given. */
export interface Schedule {
  readonly name: string;
  readonly queue: string;
  /** The job that each run is. */
  readonly jobName: string;
  readonly cron: string | undefined;
  readonly timeZone: string | undefined;
  readonly everyMs: number | undefined;
  readonly startsAt: Date | undefined;
  readonly endsAt: Date | undefined;
  readonly limit: number | undefined;
  readonly overlap: 'skip' | 'queue' | 'cancelRunning' | undefined;
  readonly missed: 'skip' | 'runOnce' | 'runAll';
  readonly jitterMs: number | undefined;
  readonly isPaused: boolean;
  /** The time that the next run is for; undefined while it is paused, and when no time is left. */
  readonly nextAt: Date | undefined;
  /** How many runs were made so far, the next one included. */
  readonly runs: number;
}

/** One page of a list of schedules. */
export interface ScheduleListing {
  readonly schedules: readonly Schedule[];
  /** Whether there are more behind them. */
  readonly hasMore: boolean;
}

/** What a backfill did. */
export interface BackfillSummary {
  readonly sent: number;
  /** How many times it passed over, for the queue has their runs. */
  readonly passedOver: number;
}

/** What the schedules are read from. */
export interface SchedulesDeps {
  readonly queue: string;
  readonly store: ScheduleStore;
  readonly broker: Pick<Broker, 'send' | 'deadLetters'>;
}

/**
 * The schedules of one queue, those of plain BullMQ clients among them. Every method throws ConnectionLostError when the connection breaks
 * before the answer, and NameError for what is no name.
 *
 * @example
 * const schedules = producer.schedules(sendDigest);
 * for (const { name, nextAt } of (await schedules.list()).schedules) console.log(name, nextAt);
 * await schedules.pause('digest-daily');
 */
export class Schedules {
  readonly #deps: SchedulesDeps;

  constructor(deps: SchedulesDeps) {
    this.#deps = deps;
  }

  /** Lists them, the one that runs next first. @throws OptionsError. */
  async list(options: ScheduleListOptions = {}): Promise<ScheduleListing> {
    const { schedules, hasMore } = await this.#deps.store.page(scheduleListOptions.check(options));
    return { schedules: schedules.map((stored) => scheduleOf(this.#deps.queue, stored)), hasMore };
  }

  /** One schedule; undefined when there is none of that name. */
  async get(name: string): Promise<Schedule | undefined> {
    checkId(name);
    const stored = await this.#deps.store.find(name);
    return stored && scheduleOf(this.#deps.queue, stored);
  }

  /** The times of the next runs, as far as they are known now; none of one that is paused, or is not there. @throws OptionsError. */
  async upcoming(name: string, options: UpcomingOptions = {}): Promise<readonly Date[]> {
    const { count } = upcomingOptions.check(options);
    checkId(name);
    const stored = await this.#deps.store.find(name);
    const times = stored === undefined ? [] : await upcomingOf(stored, count);
    return times.map((ms) => new Date(ms));
  }

  /**
   * Makes no further run until it is resumed, whatever is restarted: the one that waits is removed, one that is under way ends as ever.
   * Resolves with whether there is such a schedule. May be repeated.
   */
  pause(name: string): Promise<boolean> {
    checkId(name);
    return this.#deps.store.pause(name);
  }

  /** Goes on with the first time from now. Resolves with whether there is such a schedule. May be repeated. */
  resume(name: string): Promise<boolean> {
    checkId(name);
    return this.#deps.store.resume(name);
  }

  /**
   * Sends its job once more, at once, beside its timetable, also while it is paused. Resolves with the job's id; with undefined when there is
   * no such schedule. `delivery.scheduledFor` is undefined for it.
   */
  async runNow(name: string): Promise<string | undefined> {
    checkId(name);
    const { queue, store, broker } = this.#deps;
    const schedule = await store.find(name);
    if (schedule === undefined) return undefined;
    const id = `run-${randomBytes(9).toString('base64url')}`;
    const [answer] = await broker.send(queue, [jobOf(schedule, id)]);
    if (answer !== 'accepted') throw new BrokerReplyError('the send script', JSON.stringify(answer));
    return id;
  }

  /**
   * Sends the runs of past times again or for the first time, at once, beside its timetable: those from `from` on and before `to`, as far as
   * they are past. A time whose run the queue still has, acked or dead ones included, is passed over: what it has forgotten runs again.
   * `delivery.scheduledFor` is the time. May be repeated. Resolves with undefined when there is no such schedule.
   *
   * @throws OptionsError for more than a thousand times, and for an interval that is paused or has ended: its times are counted from its next
   * run. @throws ConnectionLostError: some may have been sent; the same call sends the rest.
   * @example
   * await schedules.backfill('digest-daily', { from: new Date('2026-03-01'), to: new Date('2026-03-08') });
   */
  async backfill(name: string, options: BackfillOptions): Promise<BackfillSummary | undefined> {
    checkId(name);
    const span = backfillSpan(options);
    const { queue, store, broker } = this.#deps;
    const schedule = await store.find(name);
    if (schedule === undefined) return undefined;
    const times = await pastTimes(schedule, span, Math.floor(await broker.deadLetters(queue).nowMs()));
    const jobs = times.map((atMs) => ({
      ...jobOf(schedule, `repeat:${name}:${atMs}`),
      slot: { schedule: name, atMs },
    }));
    const tally = { sent: 0, passedOver: 0 };
    for (let from = 0; from < jobs.length; from += JOBS_PER_CALL)
      for (const answer of await broker.send(queue, jobs.slice(from, from + JOBS_PER_CALL))) {
        if (answer === 'accepted') tally.sent += 1;
        else if ('duplicateOf' in answer) tally.passedOver += 1;
        else throw new BrokerReplyError('the send script', JSON.stringify(answer));
      }
    return tally;
  }

  /** Removes it, and the run that waits for its time. Resolves with whether there was such a schedule. */
  remove(name: string): Promise<boolean> {
    checkId(name);
    return this.#deps.store.remove(name);
  }
}

/** So that a call stays short. */
const JOBS_PER_CALL = 100;

/** A run of the schedule as it is sent beside it. */
function jobOf(schedule: StoredSchedule, id: string): OutgoingJob {
  const { name, jobName, payload, version, attempts, backoff, priority, meta, isComputed } = schedule;
  const computedFor = isComputed ? name : undefined;
  return { id, name: jobName, payload, version, attempts, backoff, priority, meta, computedFor, delayMs: 0 };
}

/** The first is the one that waits; those of intervals follow from it. */
async function upcomingOf(
  { timetable, nextAtMs, runsLeft }: StoredSchedule,
  count: number,
): Promise<readonly number[]> {
  if (nextAtMs === undefined) return [];
  const { everyMs, endsAtMs = Infinity } = timetable;
  const most = Math.min(count, runsLeft ?? count);
  if (everyMs !== undefined) {
    const times = Array.from({ length: most }, (_, i) => nextAtMs + i * everyMs);
    return times.filter((ms) => ms <= endsAtMs);
  }
  const calendar = await Calendar.load();
  return [nextAtMs, ...calendar.upcoming(cronRule(timetable), nextAtMs, most - 1)];
}

/** A schedule of this queue as people see it. */
export function scheduleOf(queue: string, stored: Omit<StoredSchedule, 'payload' | 'runsLeft'>): Schedule {
  const { name, jobName, timetable, overlap, missed, jitterMs, isPaused, nextAtMs, runs } = stored;
  const { cron, timeZone, everyMs, startsAtMs, endsAtMs, limit } = timetable;
  return {
    name,
    queue,
    jobName,
    cron,
    timeZone,
    everyMs,
    startsAt: dateOf(startsAtMs),
    endsAt: dateOf(endsAtMs),
    limit,
    overlap,
    missed,
    jitterMs,
    isPaused,
    nextAt: dateOf(nextAtMs),
    runs,
  };
}

function dateOf(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}

/** The same store, whose methods wait for `check` first. */
export function schedulesAfterwards(check: () => Promise<void>, store: ScheduleStore): ScheduleStore {
  return {
    put: (schedule) => check().then(() => store.put(schedule)),
    page: (span) => check().then(() => store.page(span)),
    find: (name) => check().then(() => store.find(name)),
    pause: (name) => check().then(() => store.pause(name)),
    resume: (name) => check().then(() => store.resume(name)),
    remove: (name) => check().then(() => store.remove(name)),
  };
}
