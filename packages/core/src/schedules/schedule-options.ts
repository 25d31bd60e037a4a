// The options of a schedule, and of lists of schedules.
import { backoffOption } from '../contract/backoff.js';
import { attemptsOption } from '../contract/job.js';
import { metaOption } from '../contract/meta.js';
import { defineOptions } from '../options/options.js';
import type { OptionInput } from '../options/option-spec.js';

const timeOption = {
  type: 'value',
  expected: 'a Date that is a time',
  accepts: (value: unknown): value is Date => value instanceof Date && !Number.isNaN(value.getTime()),
} as const;

const scheduleTable = {
  cron: {
    type: 'string',
    expected: 'a cron pattern of five fields, or six with the seconds first',
    doc: 'When it runs: minute, hour, day of the month, month, day of the week. Not together with `everyMs`.',
  },
  timeZone: {
    type: 'string',
    expected: 'a name of the tz database, such as Europe/Berlin',
    doc: 'Whose clock the pattern means; UTC when left out. Only with `cron`.',
  },
  everyMs: {
    type: 'ms',
    min: 100,
    max: 31_536_000_000,
    because: { min: 'each run is a job of its own: let one handler do in a loop what comes more often' },
    doc: 'How long from one run to the next; the first is at once. Not together with `cron`.',
  },
  startsAt: { ...timeOption, doc: 'No run is before it.' },
  endsAt: { ...timeOption, doc: 'No run is after it.' },
  limit: {
    type: 'count',
    min: 1,
    doc: 'How many runs there are; no end when left out. A further call counts from its own time.',
  },
  overlap: {
    type: 'choice',
    of: ['skip', 'queue', 'cancelRunning'],
    doc: 'What happens to a run that is due while an earlier one is under way: it is passed over, waits for it, or has it cancelled. Both run when left out.',
  },
  missed: {
    type: 'choice',
    of: ['skip', 'runOnce', 'runAll'],
    default: 'runOnce',
    doc: 'What happens to a run that no worker fetched until the time of the next had come, too: it is passed over, or comes late. Others that were missed meanwhile are passed over; with `runAll` they come late, too, up to 1,000 one after another.',
  },
  jitterMs: {
    type: 'ms',
    min: 1,
    max: 86_400_000,
    doc: 'Each run begins up to so much later than its time, by a part that follows from its name and its time: schedules of the same pattern do not all begin at once. `delivery.scheduledFor` is the time itself. Below `everyMs`.',
  },
  priority: {
    type: 'count',
    default: 0,
    max: 2_097_152,
    doc: 'Of each run: from 1 (first) to 2,097,152 (last); 0 comes before all of them.',
  },
  attempts: { ...attemptsOption, doc: "How often each run is tried, in place of its contract's number." },
  backoff: { ...backoffOption, doc: "The wait between attempts, in place of its contract's." },
  meta: { ...metaOption, doc: 'Headers of each run, as of a send.' },
} as const;

/** Checks the options of a schedule. */
export const scheduleOptions = defineOptions(scheduleTable);

// generated: ScheduleOptions

/** What {@link Producer.schedule} takes besides the job and its payload: when it runs, and how each run is sent. */
export interface ScheduleOptions {
  /** When it runs: minute, hour, day of the month, month, day of the week. Not together with `everyMs`. */
  readonly cron?: OptionInput<typeof scheduleTable, 'cron'> | undefined;
  /** Whose clock the pattern means; UTC when left out. Only with `cron`. */
  readonly timeZone?: OptionInput<typeof scheduleTable, 'timeZone'> | undefined;
  /**
   * How long from one run to the next; the first is at once. Not together with `cron`. Bounded because each run is a job of its own: let
   * one handler do in a loop what comes more often. In milliseconds, from 100 to 31536000000.
   */
  readonly everyMs?: OptionInput<typeof scheduleTable, 'everyMs'> | undefined;
  /** No run is before it. */
  readonly startsAt?: OptionInput<typeof scheduleTable, 'startsAt'> | undefined;
  /** No run is after it. */
  readonly endsAt?: OptionInput<typeof scheduleTable, 'endsAt'> | undefined;
  /** How many runs there are; no end when left out. A further call counts from its own time. 1 or more. */
  readonly limit?: OptionInput<typeof scheduleTable, 'limit'> | undefined;
  /**
   * What happens to a run that is due while an earlier one is under way: it is passed over, waits for it, or has it cancelled. Both run
   * when left out.
   */
  readonly overlap?: OptionInput<typeof scheduleTable, 'overlap'> | undefined;
  /**
   * What happens to a run that no worker fetched until the time of the next had come, too: it is passed over, or comes late. Others that
   * were missed meanwhile are passed over; with `runAll` they come late, too, up to 1,000 one after another. By default "runOnce".
   */
  readonly missed?: OptionInput<typeof scheduleTable, 'missed'> | undefined;
  /**
   * Each run begins up to so much later than its time, by a part that follows from its name and its time: schedules of the same pattern do
   * not all begin at once. `delivery.scheduledFor` is the time itself. Below `everyMs`. In milliseconds, from 1 to 86400000.
   */
  readonly jitterMs?: OptionInput<typeof scheduleTable, 'jitterMs'> | undefined;
  /** Of each run: from 1 (first) to 2,097,152 (last); 0 comes before all of them. From 0 to 2097152; by default 0. */
  readonly priority?: OptionInput<typeof scheduleTable, 'priority'> | undefined;
  /**
   * How often each run is tried, in place of its contract's number. Bounded because it counts the first attempt, too: 1 tries once and
   * never again, which is what BullMQ means by 0 and by none, and a job that failed a thousand times fails again: dead-letter it and
   * redrive it once the cause is gone. From 1 to 1000.
   */
  readonly attempts?: OptionInput<typeof scheduleTable, 'attempts'> | undefined;
  /** The wait between attempts, in place of its contract's. */
  readonly backoff?:
    | {
        /** Whether the wait stays or doubles, up to an hour. */
        readonly type: OptionInput<(typeof scheduleTable)['backoff']['of'], 'type'>;
        /** The first wait. In milliseconds, from 0 to 2592000000. */
        readonly delayMs: OptionInput<(typeof scheduleTable)['backoff']['of'], 'delayMs'>;
        /** The share of the wait that is drawn at random. From 0 to 1; by default 0. */
        readonly jitter?: OptionInput<(typeof scheduleTable)['backoff']['of'], 'jitter'> | undefined;
      }
    | undefined;
  /** Headers of each run, as of a send. */
  readonly meta?: OptionInput<typeof scheduleTable, 'meta'> | undefined;
}

// end: ScheduleOptions

const scheduleListTable = {
  limit: {
    type: 'count',
    default: 50,
    min: 1,
    max: 1_000,
    doc: 'How many schedules to list at most.',
    because: { max: 'the server serves no other client during the call' },
  },
  offset: { type: 'count', default: 0, doc: 'How many to pass over first.' },
} as const;

/** Checks the options of a list of schedules. */
export const scheduleListOptions = defineOptions(scheduleListTable);

// generated: ScheduleListOptions

/** What {@link Schedules.list} takes. */
export interface ScheduleListOptions {
  /**
   * How many schedules to list at most. Bounded because the server serves no other client during the call. From 1 to 1000; by default 50.
   */
  readonly limit?: OptionInput<typeof scheduleListTable, 'limit'> | undefined;
  /** How many to pass over first. 0 or more; by default 0. */
  readonly offset?: OptionInput<typeof scheduleListTable, 'offset'> | undefined;
}

// end: ScheduleListOptions

const upcomingTable = {
  count: { type: 'count', default: 5, min: 1, max: 1_000, doc: 'How many times to find at most.' },
} as const;

/** Checks the options of a look at the next runs. */
export const upcomingOptions = defineOptions(upcomingTable);

// generated: UpcomingOptions

/** What {@link Schedules.upcoming} takes besides the name. */
export interface UpcomingOptions {
  /** How many times to find at most. From 1 to 1000; by default 5. */
  readonly count?: OptionInput<typeof upcomingTable, 'count'> | undefined;
}

// end: UpcomingOptions
