// The port to schedules, on BullMQ's job schedulers: its clients and dashboards see ours, and we see theirs.
import { Calendar } from '../../../../schedules/calendar.js';
import type {
  Missed,
  NewSchedule,
  Overlap,
  PutOutcome,
  SchedulePage,
  ScheduleSpan,
  ScheduleStore,
  StoredSchedule,
  Timetable,
} from '../../../schedule-store.js';
import { BrokerReplyError } from '../../../broker-errors.js';
import type { ConnectionGuard } from '../../connection/connection-guard.js';
import { backoffOf, type StoredBackoff } from '../channel/leased-record.js';
import { storedMeta, storedOptions } from '../sending/send-call.js';
import type { QueueKeys } from '../queue-keys.js';
import { scripts } from '../scripts/scripts.js';
import { serverNowMs } from '../server-time.js';
import { ruleOf, type RepeatOptions } from './repeat-options.js';

/** The {@link ScheduleStore} on BullMQ. */
export class BullmqSchedules implements ScheduleStore {
  readonly #keys: QueueKeys;
  readonly #guard: ConnectionGuard;
  readonly #onPut: () => void;

  /** @param onPut is called before a schedule is put: from then on its queue is used. */
  constructor(keys: QueueKeys, guard: ConnectionGuard, onPut: () => void) {
    this.#keys = keys;
    this.#guard = guard;
    this.#onPut = onPut;
  }

  put(schedule: NewSchedule): Promise<PutOutcome> {
    this.#onPut();
    return this.#put(partsOf(schedule), '1');
  }

  async page({ offset, limit }: ScheduleSpan): Promise<SchedulePage> {
    const [key = ''] = this.#keys.schedules;
    const names = await this.#guard.read((client) => client.zrange(key, String(offset), String(offset + limit)));
    const found = await this.#read(names.slice(0, limit));
    return { schedules: found.flatMap((raw) => (raw ? [storedOf(raw)] : [])), hasMore: names.length > limit };
  }

  async find(name: string): Promise<StoredSchedule | undefined> {
    const [raw] = await this.#read([name]);
    return raw && storedOf(raw);
  }

  async pause(name: string): Promise<boolean> {
    return (
      (await this.#guard.run((client) => scripts.pauseSchedule.run(client, this.#keys.schedules, this.#args(name)))) ===
      1
    );
  }

  async resume(name: string): Promise<boolean> {
    const [raw] = await this.#read([name]);
    if (raw === undefined) return false;
    if (raw.record['paused'] !== '1') return true;
    const outcome = await this.#put(partsOfRecord(raw), '0');
    if (outcome.kind === 'refused') throw new BrokerReplyError('the script of schedules', outcome.reason);
    return true;
  }

  async remove(name: string): Promise<boolean> {
    return (
      (await this.#guard.run((client) =>
        scripts.removeSchedule.run(client, this.#keys.schedules, this.#args(name)),
      )) === 1
    );
  }

  /** `most` times of a pattern are looked at for one without a job: further ones only where the first has one. */
  async #put(parts: ScheduleParts, staysPaused: '0' | '1', most = 1): Promise<PutOutcome> {
    const { name, payload, scheduler, template } = parts;
    const repeat = repeatOf(name, scheduler);
    const times = repeat.every === undefined ? await this.#timesOf(repeat, most) : [];
    if (repeat.every === undefined && times.length === 0) return { kind: 'noRun' };
    const run = { ...(JSON.parse(template) as object), repeat: { ...repeat, count: 1 }, repeatJobKey: name };
    const args = [...this.#args(name), JSON.stringify(scheduler), payload, template, JSON.stringify(run), staysPaused];
    const answer = await this.#guard.run((client) =>
      scripts.putSchedule.run(client, this.#keys.schedules, [...args, ...times]),
    );
    if (answer === TAKEN && most < MOST_TIMES) return this.#put(parts, staysPaused, MOST_TIMES);
    if (typeof answer === 'number') return { kind: 'refused', reason: `all of its next times have a job (${answer})` };
    const [nextAtMs, isPaused] = answer as readonly [number, number];
    return { kind: 'put', nextAtMs: isPaused === 1 ? undefined : nextAtMs, isPaused: isPaused === 1 };
  }

  async #timesOf(repeat: RepeatOptions, most: number): Promise<readonly number[]> {
    const nowMs = Math.floor(await this.#guard.read(serverNowMs));
    return (await Calendar.load()).upcoming(ruleOf(repeat), nowMs, most);
  }

  async #read(names: readonly string[]): Promise<readonly (RawSchedule | undefined)[]> {
    if (names.length === 0) return [];
    const args = [this.#keys.prefix, ...names];
    const answer = await this.#guard.read((client) => scripts.readSchedules.run(client, this.#keys.schedules, args));
    const found = answer as readonly (readonly [string, string, readonly string[]] | null)[];
    return names.map((name, i) => {
      const each = found[i];
      if (!each) return undefined;
      const [time, options, fields] = each;
      return { name, timeMs: Number(time), options, record: recordOf(fields) };
    });
  }

  #args(name: string): readonly [prefix: string, name: string] {
    return [this.#keys.prefix, name];
  }
}

const OVERLAPS: readonly Overlap[] = ['skip', 'queue', 'cancelRunning'];
const MISSED: readonly Missed[] = ['skip', 'runOnce', 'runAll'];

/** Those that were run before their time have a job. */
const MOST_TIMES = 16;
/** BullMQ's code for a time that has a job (6.7: `SchedulerJobIdCollision`). */
const TAKEN = -10;

/** What is put: as BullMQ's record of a scheduler has it. */
interface ScheduleParts {
  readonly name: string;
  readonly payload: string;
  readonly scheduler: SchedulerOptions;
  /** The options of each run, as JSON. */
  readonly template: string;
}

/** What BullMQ's script stores of a scheduler (6.7). */
interface SchedulerOptions {
  /** Of the job. */
  readonly name: string;
  readonly pattern?: string | undefined;
  readonly tz?: string | undefined;
  readonly every?: number | undefined;
  readonly startDate?: number | undefined;
  readonly endDate?: number | undefined;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  /** Acktor's own. */
  readonly overlap?: string | undefined;
  readonly missed?: string | undefined;
  readonly jitter?: number | undefined;
}

function partsOf(schedule: NewSchedule): ScheduleParts {
  const { name, jobName, payload, timetable, overlap, missed, jitterMs: jitter } = schedule;
  const { cron, timeZone, everyMs, startsAtMs, endsAtMs, limit } = timetable;
  return {
    name,
    payload,
    scheduler: {
      name: jobName,
      pattern: cron,
      tz: timeZone,
      every: everyMs,
      startDate: startsAtMs,
      endDate: endsAtMs,
      limit,
      overlap,
      missed: missed === 'runOnce' ? undefined : missed,
      jitter,
    },
    template: storedOptions({
      ...schedule,
      id: '',
      name: jobName,
      delayMs: 0,
      computedFor: schedule.isComputed ? name : undefined,
    }),
  };
}

function partsOfRecord({ name, record }: RawSchedule): ScheduleParts {
  const { name: jobName = '', pattern, tz } = record;
  const number = (field: string) => (record[field] === undefined ? undefined : Number(record[field]));
  return {
    name,
    payload: record['data'] ?? '{}',
    scheduler: {
      name: jobName,
      pattern,
      tz,
      every: number('every'),
      startDate: number('startDate'),
      endDate: number('endDate'),
      limit: number('limit'),
      offset: number('offset'),
      overlap: record['overlap'],
      missed: record['missed'],
      jitter: number('jitter'),
    },
    template: record['opts'] ?? '{}',
  };
}

/** What each run carries of its scheduler. The `H` of a pattern is drawn by the schedule's name: without a seed it would be drawn each time. */
function repeatOf(name: string, scheduler: SchedulerOptions): RepeatOptions {
  const isGiven = ([field, value]: readonly [string, unknown]) => field !== 'name' && value !== undefined;
  const given = Object.fromEntries(Object.entries(scheduler).filter(isGiven)) as RepeatOptions;
  return given.pattern !== undefined && /\bH/.test(given.pattern) ? { ...given, hashSeed: name } : given;
}

/** A schedule as the script reads it. */
interface RawSchedule {
  readonly name: string;
  readonly timeMs: number;
  /** Of its next run, as JSON; '' where that is not there, or has ended. */
  readonly options: string;
  readonly record: Readonly<Record<string, string | undefined>>;
}

function recordOf(fields: readonly string[]): RawSchedule['record'] {
  const record: Record<string, string> = {};
  for (let i = 0; i + 1 < fields.length; i += 2) record[fields[i] ?? ''] = fields[i + 1] ?? '';
  return record;
}

function storedOf(raw: RawSchedule): StoredSchedule {
  const { name, timeMs, options, record } = raw;
  const { payload, scheduler, template } = partsOfRecord(raw);
  const isPaused = record['paused'] === '1';
  return {
    name,
    jobName: scheduler.name,
    payload,
    timetable: timetableOf(scheduler),
    overlap: OVERLAPS.find((each) => each === scheduler.overlap),
    missed: MISSED.find((each) => each === scheduler.missed) ?? 'runOnce',
    jitterMs: scheduler.jitter,
    isPaused,
    nextAtMs: isPaused || options === '' ? undefined : timeMs,
    runs: Number(record['ic'] ?? 0),
    runsLeft: scheduler.limit === undefined ? undefined : Math.max(0, scheduler.limit - countIn(options) + 1),
    ...sentIn(template),
    meta: storedMeta(template),
  };
}

/** Which run it is; after the last one when there is none. */
function countIn(options: string): number {
  if (options === '') return Infinity;
  return (JSON.parse(options) as { readonly repeat?: RepeatOptions }).repeat?.count ?? 1;
}

function timetableOf({ pattern, tz, every, startDate, endDate, limit }: SchedulerOptions): Timetable {
  return { cron: pattern, timeZone: tz, everyMs: every, startsAtMs: startDate, endsAtMs: endDate, limit };
}

type Sent = Pick<StoredSchedule, 'attempts' | 'backoff' | 'priority' | 'version' | 'isComputed'>;

function sentIn(template: string): Sent {
  const { attempts, backoff, priority = 0, payloadVersion: version = 1, sd } = JSON.parse(template) as Template;
  const isComputed = sd !== undefined;
  return { attempts: Math.max(1, attempts ?? 0), backoff: backoffOf(backoff), priority, version, isComputed };
}

interface Template {
  readonly attempts?: number;
  readonly backoff?: StoredBackoff;
  readonly priority?: number;
  readonly payloadVersion?: number;
  readonly sd?: string;
}
