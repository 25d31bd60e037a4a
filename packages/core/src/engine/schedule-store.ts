// The port to the schedules of one queue.
import type { Backoff } from '../contract/backoff.js';
import type { Meta } from '../contract/meta.js';

/** When a schedule runs: at the times of a cron pattern, or in intervals. Times in milliseconds since the epoch. */
export interface Timetable {
  readonly cron: string | undefined;
  /** A name of the tz database; undefined for intervals, and where each worker's own zone counts, as a plain BullMQ client may have it. */
  readonly timeZone: string | undefined;
  readonly everyMs: number | undefined;
  /** No run is before it. */
  readonly startsAtMs: number | undefined;
  /** No run is after it. */
  readonly endsAtMs: number | undefined;
  /** How many runs there are from when the schedule was put; undefined for no end. */
  readonly limit: number | undefined;
}

/**
 * What happens to a run that is due while an earlier one of its schedule is under way: it is passed over, waits for it, or has it cancelled.
 * Left out where both run.
 */
export type Overlap = 'skip' | 'queue' | 'cancelRunning';

/**
 * What happens to a run that was missed: it is passed over, or comes late, and those after it that were missed, too, are passed over; or all of
 * them come, up to {@link MOST_MISSED_RUNS} one after another.
 */
export type Missed = 'skip' | 'runOnce' | 'runAll';

/** Of those that are missed after them, one comes late, and the others are passed over. */
export const MOST_MISSED_RUNS = 1_000;

/** A schedule as it is put: when, and which job each run is. */
export interface NewSchedule {
  /** Unique within its queue. */
  readonly name: string;
  readonly timetable: Timetable;
  readonly overlap: Overlap | undefined;
  /** What happens to a run that is fetched first when the time after its own has passed, too. */
  readonly missed: Missed;
  /** By how much each run is put off at most: by its name and its time, so that it is the same whichever process adds it. Undefined for none. */
  readonly jitterMs?: number | undefined;
  readonly jobName: string;
  /** JSON text. */
  readonly payload: string;
  readonly version: number;
  readonly priority: number;
  readonly attempts: number | undefined;
  readonly backoff: Backoff | undefined;
  /** Whether the worker that handles a run computes its payload, by its contract; the payload is `null` then. */
  readonly isComputed?: boolean | undefined;
  /** The headers of each run; undefined for none. */
  readonly meta?: Meta | undefined;
}

/** A schedule as the queue has it. */
export interface StoredSchedule extends NewSchedule {
  readonly isPaused: boolean;
  /** The time that the next run is for; undefined while it is paused, and when there is none any more. */
  readonly nextAtMs: number | undefined;
  /** How many runs were made so far, the next one included. */
  readonly runs: number;
  /** How many are left of its limit, the next one included; undefined where it has none. */
  readonly runsLeft: number | undefined;
}

/** What came of putting a schedule. `noRun`: its timetable has no time from now on, and nothing was changed. */
export type PutOutcome =
  | { readonly kind: 'put'; readonly nextAtMs: number | undefined; readonly isPaused: boolean }
  | { readonly kind: 'noRun' }
  | { readonly kind: 'refused'; readonly reason: string };

/** Which schedules of a queue are wanted, by their next runs. */
export interface ScheduleSpan {
  readonly offset: number;
  readonly limit: number;
}

/** The schedules of a span, and whether there are more behind them. */
export interface SchedulePage {
  readonly schedules: readonly StoredSchedule[];
  readonly hasMore: boolean;
}

/**
 * The schedules of one queue. Each has one run that waits for its time; the next one is added when that is fetched. A run's id is made of
 * the schedule's name and the run's time, so that there is one for each time, also where several workers add it.
 * Every method @throws ConnectionLostError when the connection breaks before the answer.
 */
export interface ScheduleStore {
  /**
   * Adds the schedule, or changes the one of that name: a run that waits is replaced, and one that is due stays due. One that is paused
   * stays paused. May be repeated.
   */
  put(schedule: NewSchedule): Promise<PutOutcome>;

  /** By their next runs. */
  page(span: ScheduleSpan): Promise<SchedulePage>;

  find(name: string): Promise<StoredSchedule | undefined>;

  /** Removes the run that waits, and adds no other until the schedule is resumed. False where there is none. May be repeated. */
  pause(name: string): Promise<boolean>;

  /** Goes on with the first time from now. False where there is none. May be repeated. */
  resume(name: string): Promise<boolean>;

  /** Removes the schedule and its delayed run. What is due already runs. False where there is none. */
  remove(name: string): Promise<boolean>;
}
