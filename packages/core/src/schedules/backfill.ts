// Which past times of a schedule are to be run.
import { OptionsError } from '../errors.js';
import type { StoredSchedule } from '../engine/schedule-store.js';
import { defineOptions } from '../options/options.js';
import type { OptionInput } from '../options/option-spec.js';
import { Calendar } from './calendar.js';
import { cronRule } from './timetables.js';

const timeOption = {
  type: 'value',
  expected: 'a Date that is a time',
  accepts: (value: unknown): value is Date => value instanceof Date && !Number.isNaN(value.getTime()),
  required: true,
} as const;

const backfillTable = {
  from: { ...timeOption, doc: 'The first time that may be run.' },
  to: { ...timeOption, doc: 'No time from here on is run, and none that is not past.' },
} as const;

/** Checks the options of a backfill. */
export const backfillOptions = defineOptions(backfillTable);

// generated: BackfillOptions

/** What {@link Schedules.backfill} takes besides the name. */
export interface BackfillOptions {
  /** The first time that may be run. */
  readonly from: OptionInput<typeof backfillTable, 'from'>;
  /** No time from here on is run, and none that is not past. */
  readonly to: OptionInput<typeof backfillTable, 'to'>;
}

// end: BackfillOptions

export interface BackfillSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

/** @throws OptionsError. */
export function backfillSpan(options: BackfillOptions): BackfillSpan {
  const { from, to } = backfillOptions.check(options);
  if (from >= to) refuse('to', `expected to after from, got ${to.toISOString()}`);
  return { fromMs: from.getTime(), toMs: to.getTime() };
}

/**
 * The times of the span that are past, the oldest first; none from the next run on, which comes by itself, and before which no later one may have
 * a job: a schedule whose next time has one ends. @throws OptionsError.
 */
export async function pastTimes(
  schedule: StoredSchedule,
  { fromMs, toMs }: BackfillSpan,
  nowMs: number,
): Promise<readonly number[]> {
  const { timetable, nextAtMs, name } = schedule;
  const endMs = Math.min(toMs, nowMs, nextAtMs ?? Infinity);
  const { everyMs } = timetable;
  const times =
    everyMs === undefined
      ? (await Calendar.load()).upcoming(cronRule(timetable, name), fromMs - 1, MOST_TIMES + 1)
      : intervals({ everyMs, nextAtMs, startsAtMs: timetable.startsAtMs }, fromMs);
  const past = times.filter((ms) => ms < endMs);
  if (past.length > MOST_TIMES)
    refuse(
      'from',
      `expected at most ${MOST_TIMES} times from ${new Date(fromMs).toISOString()} on, got more: run them in parts`,
    );
  return past;
}

interface Interval {
  readonly everyMs: number;
  readonly nextAtMs: number | undefined;
  readonly startsAtMs: number | undefined;
}

function intervals({ everyMs, nextAtMs, startsAtMs = 0 }: Interval, fromMs: number): readonly number[] {
  if (nextAtMs === undefined)
    refuse(
      'name',
      'expected an interval that runs, from whose next run its times are counted, got one that is paused or has ended',
    );
  const before = Math.max(0, Math.floor((nextAtMs - Math.max(fromMs, startsAtMs)) / everyMs));
  return Array.from({ length: Math.min(before, MOST_TIMES + 1) }, (_, i) => nextAtMs - (before - i) * everyMs);
}

function refuse(option: string, message: string): never {
  throw new OptionsError([{ option, message }]);
}

const MOST_TIMES = 1_000;
