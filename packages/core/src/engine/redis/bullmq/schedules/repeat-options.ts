// The options of a run of a BullMQ job scheduler: when its next run is, and which options that gets.
import type { Calendar, CronRule } from '../../../../schedules/calendar.js';
import { MOST_MISSED_RUNS } from '../../../schedule-store.js';

/** What BullMQ keeps with each run of a scheduler, under `repeat` (6.7). Times are numbers, or texts that `Date` reads. */
export interface RepeatOptions {
  readonly pattern?: string;
  readonly every?: number;
  readonly tz?: string;
  readonly startDate?: number | string;
  readonly endDate?: number | string;
  readonly limit?: number;
  /** Which run of the scheduler it is; from 1. */
  readonly count?: number;
  readonly hashSeed?: string;
  readonly strict?: boolean;
  /** Acktor's own: what happens to a run while another one is under way. */
  readonly overlap?: string;
  /** Acktor's own: what happens to a run that is fetched when the next one is due already. */
  readonly missed?: string;
  /** Acktor's own: how many runs before it were fetched so late, one after another, and this one was added for all that. */
  readonly late?: number | undefined;
  /** Acktor's own: by how many milliseconds at most it is put off. */
  readonly jitter?: number;
}

/** The options of a run as they are stored. */
export interface RunOptions {
  readonly repeat: RepeatOptions;
  /** The time that the run is for. */
  readonly prevMillis?: number;
}

/** @throws Error for what is no JSON, or has neither a pattern nor an interval. */
export function readRunOptions(json: string): RunOptions {
  const options = JSON.parse(json) as Partial<RunOptions>;
  const { pattern, every } = options.repeat ?? {};
  if (typeof pattern !== 'string' && !(typeof every === 'number' && every > 0))
    throw new Error('it has neither a pattern nor an interval');
  return options as RunOptions;
}

/** A run to be added. The server finds the time of one that comes in intervals, where none is given. */
export interface NextRun {
  readonly atMs: number | undefined;
  readonly options: RunOptions;
}

/**
 * The run after this one, of a schedule that is fetched at that time; undefined when there is none, because of its limit or its end.
 * @throws Error for a pattern that cannot be read.
 */
export function nextRun(options: RunOptions, slotMs: number, found: FoundAt): NextRun | undefined {
  const { repeat } = options;
  const { calendar, nowMs } = found;
  const count = (repeat.count ?? 0) + 1;
  const endsAtMs = timeOf(repeat.endDate) ?? Infinity;
  if (repeat.limit !== undefined && count > repeat.limit) return undefined;
  const late = lateRuns(options, slotMs, found);
  // One that was run before its time is followed by the one after its time.
  const fromMs = late > 0 ? slotMs : Math.max(slotMs, nowMs);
  if (fromMs > endsAtMs) return undefined;
  const next = { ...options, repeat: withoutNulls({ ...repeat, count, late: late > 0 ? late : undefined }) };
  if (repeat.every !== undefined) {
    // BullMQ adds one that is after the end when it is fetched before. It passes over the times that were missed.
    const missed = Math.max(0, Math.floor((fromMs - slotMs) / repeat.every));
    const nextAtMs = slotMs + (missed + 1) * repeat.every;
    if (nextAtMs > endsAtMs) return undefined;
    return { atMs: late > 0 ? nextAtMs : undefined, options: next };
  }
  const atMs = calendar.next(ruleOf(repeat), fromMs);
  return atMs === undefined ? undefined : { atMs, options: { ...next, prevMillis: atMs } };
}

/** How many runs up to this one were missed in a row and are all to be run; 0 where what was missed is passed over: at last for all of them. */
function lateRuns(options: RunOptions, slotMs: number, found: FoundAt): number {
  const { missed, late = 0 } = options.repeat;
  return missed === 'runAll' && late + 1 < MOST_MISSED_RUNS && isMissed(options, slotMs, found) ? late + 1 : 0;
}

/** Whether the time after the run's has passed, too: nothing fetched it in between. */
export function isMissed({ repeat }: RunOptions, slotMs: number, { calendar, nowMs }: FoundAt): boolean {
  const afterMs = repeat.every === undefined ? calendar.next(ruleOf(repeat), slotMs) : slotMs + repeat.every;
  return afterMs !== undefined && afterMs <= nowMs;
}

/** By which calendar, and when, by the server's clock. */
export interface FoundAt {
  readonly calendar: Calendar;
  readonly nowMs: number;
}

/** A scheduler's pattern as a rule of the calendar. */
export function ruleOf({ pattern = '', tz, startDate, endDate, hashSeed, strict }: RepeatOptions): CronRule {
  return {
    cron: pattern,
    timeZone: tz,
    startsAtMs: timeOf(startDate),
    endsAtMs: timeOf(endDate),
    seed: hashSeed,
    isStrict: strict,
  };
}

function timeOf(date: number | string | null | undefined): number | undefined {
  return date === undefined || date === null ? undefined : new Date(date).getTime();
}

/** Lua's `cjson` makes a value of null that is true; BullMQ's own packing makes none. */
function withoutNulls<Options extends object>(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null)) as Options;
}
