// One schedule as the engine in memory keeps it, and the times of its runs.
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
}

/** A run as it is sent. */
export function runOf({ schedule }: StoredTimes, atMs: number, nowMs: number): OutgoingJob {
  const { name, jobName, payload, version, priority, attempts, backoff } = schedule;
  const delayMs = Math.max(0, atMs - nowMs);
  return { id: runId(name, atMs), name: jobName, payload, version, priority, attempts, backoff, delayMs };
}

export function runId(schedule: string, atMs: number): string {
  return `repeat:${schedule}:${atMs}`;
}

/** The time after the last run's; undefined when the schedule has ended. */
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
