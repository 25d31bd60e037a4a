// The timetable of a schedule: checked before it is put, and read by the calendar.
import { BrokerReplyError } from '../engine/broker-errors.js';
import type { NewSchedule, PutOutcome, ScheduleStore, Timetable } from '../engine/schedule-store.js';
import { retriesToStore, type AnyJob, type PayloadInput } from '../contract/job.js';
import type { JsonLimits } from '../contract/json.js';
import { sentMeta } from '../contract/meta.js';
import { encodePayload } from '../contract/payload.js';
import { OptionsError, type OptionFault } from '../errors.js';
import { Calendar, timeZoneFault, type CronRule } from './calendar.js';
import { scheduleOptions, type ScheduleOptions } from './schedule-options.js';

/** The payload of each run; left out where the contract computes it. */
export type ScheduleArguments<J extends AnyJob> = [J] extends [{ readonly scheduleData: (run: never) => unknown }]
  ? [data?: PayloadInput<J>]
  : [data: PayloadInput<J>];

interface ScheduleParts {
  readonly options: ScheduleOptions;
  readonly data: unknown;
  readonly limits: JsonLimits;
}

/** A schedule of that name, to be put. Rejects with OptionsError, PayloadError. */
export async function newSchedule(
  name: string,
  job: AnyJob,
  { options, data, limits }: ScheduleParts,
): Promise<NewSchedule> {
  const checked = await checkScheduleOptions(options);
  const { timetable, overlap, missed, jitterMs, priority, attempts = job.attempts, ...own } = checked;
  const isComputed = data === undefined && job.scheduleData !== undefined;
  const payload = isComputed ? 'null' : await encodePayload(job, data, limits);
  const backoff = own.backoff ?? retriesToStore(job).backoff;
  const { name: jobName, version } = job;
  const meta = sentMeta(own.meta);
  const times = { timetable, overlap, missed, jitterMs };
  return { name, jobName, ...times, payload, version, priority, attempts, backoff, meta, isComputed };
}

/** The options of a schedule, with its timetable. @throws OptionsError naming everything that is wrong. */
async function checkScheduleOptions(options: ScheduleOptions): Promise<CheckedSchedule> {
  const checked = scheduleOptions.check(options);
  const faults = faultsOf(checked, await Calendar.load());
  if (faults.length > 0) throw new OptionsError(faults);
  const { cron, everyMs, startsAt, endsAt, limit, timeZone } = checked;
  const timetable: Timetable = {
    cron,
    timeZone: cron === undefined ? undefined : (timeZone ?? 'UTC'),
    everyMs,
    startsAtMs: startsAt?.getTime(),
    endsAtMs: endsAt?.getTime(),
    limit,
  };
  return { ...checked, timetable };
}

type ScheduleValues = ReturnType<typeof scheduleOptions.check>;
type CheckedSchedule = ScheduleValues & { readonly timetable: Timetable };

function faultsOf(values: ScheduleValues, calendar: Calendar): readonly OptionFault[] {
  const { cron, everyMs, timeZone, startsAt, endsAt, jitterMs } = values;
  const faults: (OptionFault | undefined)[] = [
    fault('cron', cron === undefined ? undefined : calendar.faultOf(cron)),
    fault('timeZone', timeZone === undefined ? undefined : timeZoneFault(timeZone)),
  ];
  if ((cron === undefined) === (everyMs === undefined))
    faults.push(fault('cron', `expected either cron or everyMs, got ${cron === undefined ? 'neither' : 'both'}`));
  if (everyMs !== undefined && timeZone !== undefined)
    faults.push(fault('timeZone', 'expected no timeZone with everyMs (an interval is the same in all zones)'));
  if (jitterMs !== undefined && !faults.some((one) => one !== undefined)) faults.push(jitterFault(values, calendar));
  if (startsAt && endsAt && startsAt > endsAt)
    faults.push(fault('endsAt', `expected endsAt after startsAt, got ${endsAt.toISOString()}`));
  return faults.filter((one) => one !== undefined);
}

/** A run that begins after the next is due would count as missed. */
function jitterFault(
  { cron, everyMs, timeZone, jitterMs = 0 }: ScheduleValues,
  calendar: Calendar,
): OptionFault | undefined {
  const apartMs = cron === undefined ? (everyMs ?? Infinity) : closestTimesMs(calendar, { cron, timeZone });
  if (jitterMs < apartMs) return undefined;
  const message = `expected jitterMs below the ${apartMs} ms between two runs, got ${jitterMs} (a run would begin after the next)`;
  return { option: 'jitterMs', message };
}

/** How far apart the closest of the next times are. */
function closestTimesMs(calendar: Calendar, { cron, timeZone = 'UTC' }: Pick<CronRule, 'cron' | 'timeZone'>): number {
  const times = calendar.upcoming({ cron, timeZone, seed: '' }, Date.now(), LOOKED_AT);
  return Math.min(...times.slice(1).map((ms, i) => ms - (times[i] ?? ms)));
}

const LOOKED_AT = 20;

function fault(option: string, message: string | undefined): OptionFault | undefined {
  return message === undefined ? undefined : { option, message };
}

/** Puts a schedule. @throws OptionsError when no time is left from now on; BrokerReplyError when the server refuses it. */
export async function putSchedule(store: ScheduleStore, schedule: NewSchedule): Promise<PutDone> {
  const outcome = await store.put(schedule);
  if (outcome.kind === 'refused') throw new BrokerReplyError('the script of schedules', outcome.reason);
  if (outcome.kind === 'noRun') {
    const message =
      'expected a timetable with a time from now on, got one that has none (look at endsAt and the days of the pattern)';
    throw new OptionsError([{ option: 'cron', message }]);
  }
  return outcome;
}

type PutDone = Extract<PutOutcome, { readonly kind: 'put' }>;

/** A timetable with a pattern, for the calendar. */
export function cronRule({ cron = '', timeZone, startsAtMs, endsAtMs }: Timetable, seed?: string): CronRule {
  return { cron, timeZone, startsAtMs, endsAtMs, seed };
}
