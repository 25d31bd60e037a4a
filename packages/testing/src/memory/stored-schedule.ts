// One schedule as the engine in memory keeps it, and the times of its runs.
import { createHash } from 'node:crypto';
import { cronRule, type Calendar, type NewSchedule, type OutgoingJob, type Timetable } from '@acktor/core/engine';

/** A schedule, and which run of it was made last. */
export interface StoredTimes {
  readonly schedule: NewSchedule;
  readonly calendar: Calendar;
  /** How far the times of an interval are from its multiples since the epoch. */
  readonly offsetMs: number;
  lastAtMs: number;
  runs: number;
  /** Which run it is from when the schedule was put: for its limit. */
  count: number;
  isPaused: boolean;
  /** How many runs before the last one were fetched so late that the next was due, one after another, and were followed for all that. */
  late: number;
}

/** A run as it is sent. */
export function runOf({ schedule }: StoredTimes, atMs: number, nowMs: number): OutgoingJob {
  const { name, jobName, payload, version, priority, attempts, backoff, meta, isComputed } = schedule;
  const id = runId(name, atMs);
  const delayMs = atMs <= nowMs ? 0 : atMs - nowMs + drawnOf(id, schedule.jitterMs);
  return {
    id,
    name: jobName,
    payload,
    version,
    priority,
    attempts,
    backoff,
    meta,
    delayMs,
    ...(isComputed && { computedFor: name }),
  };
}

/** As on Redis: the same for each run, whatever adds it. */
function drawnOf(id: string, jitterMs: number | undefined): number {
  if (jitterMs === undefined) return 0;
  return createHash('sha1').update(id).digest().readUInt32BE() % (jitterMs + 1);
}

export function runId(schedule: string, atMs: number): string {
  return `repeat:${schedule}:${atMs}`;
}

/** The time after the last run's; undefined when the schedule has ended. Those that were missed are passed over, up to now. */
export function nextOf(
  { schedule, calendar, offsetMs, lastAtMs, count }: StoredTimes,
  nowMs: number,
): number | undefined {
  const { timetable } = schedule;
  const { everyMs, endsAtMs = Infinity, limit = Infinity } = timetable;
  if (count + 1 > limit) return undefined;
  const atMs =
    everyMs === undefined
      ? calendar.next(cronRule(timetable), Math.max(lastAtMs, nowMs))
      : nextInterval({ everyMs, offsetMs, lastAtMs }, nowMs);
  return atMs === undefined || atMs > endsAtMs ? undefined : atMs;
}

interface Interval extends Pick<StoredTimes, 'offsetMs' | 'lastAtMs'> {
  readonly everyMs: number;
}

/** Those that were missed are passed over. */
function nextInterval({ everyMs, offsetMs, lastAtMs }: Interval, nowMs: number): number {
  if (lastAtMs + everyMs >= nowMs) return lastAtMs + everyMs;
  const aligned = Math.floor(nowMs / everyMs) * everyMs + offsetMs;
  return aligned <= nowMs ? aligned + everyMs : aligned;
}

/** Whether the time after this one has passed, too. */
export function hasPassed({ schedule: { timetable }, calendar }: StoredTimes, atMs: number, nowMs: number): boolean {
  const { everyMs } = timetable;
  const afterMs = everyMs === undefined ? calendar.next(cronRule(timetable), atMs) : atMs + everyMs;
  return afterMs !== undefined && afterMs <= nowMs;
}

export function isSameTimetable(one: Timetable, other: Timetable): boolean {
  return one.cron === other.cron && one.timeZone === other.timeZone && one.everyMs === other.everyMs;
}
