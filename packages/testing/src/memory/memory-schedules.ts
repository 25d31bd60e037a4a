// The schedules of one queue in memory: as on Redis, with a run that is fetched the next one is added.
import {
  Calendar,
  cronRule,
  MOST_MISSED_RUNS,
  type NewSchedule,
  type Overlap,
  type PutOutcome,
  type SchedulePage,
  type ScheduleSlot,
  type ScheduleSpan,
  type ScheduleStore,
  type StoredSchedule,
} from '@acktor/core/engine';
import type { StoredJob } from './stored-job.js';
import type { StoredQueue } from './stored-queue.js';
import { hasPassed, isSameTimetable, nextOf, runId, runOf, type StoredTimes } from './stored-schedule.js';

/** The {@link ScheduleStore} in memory. */
export class MemorySchedules implements ScheduleStore {
  readonly #queue: StoredQueue;

  constructor(queue: StoredQueue) {
    this.#queue = queue;
  }

  async put(schedule: NewSchedule): Promise<PutOutcome> {
    const calendar = await Calendar.load();
    const known = this.#queue.schedules.get(schedule.name);
    const atMs = this.#firstOf(schedule, calendar, known);
    if (atMs === undefined) return { kind: 'noRun' };
    if (known) this.#withdraw(known);
    const { everyMs } = schedule.timetable;
    const offsetMs = everyMs === undefined ? 0 : atMs % everyMs;
    const { runs = 1, isPaused = false } = known ?? {};
    const times: StoredTimes = { schedule, calendar, offsetMs, lastAtMs: atMs, runs, count: 1, isPaused, late: 0 };
    this.#queue.schedules.set(schedule.name, times);
    this.#queue.isUsed = true;
    if (!isPaused) sendRun(this.#queue, times, atMs);
    return { kind: 'put', nextAtMs: isPaused ? undefined : atMs, isPaused };
  }

  page({ offset, limit }: ScheduleSpan): Promise<SchedulePage> {
    const all = [...this.#queue.schedules.values()].toSorted((one, other) => one.lastAtMs - other.lastAtMs);
    const schedules = all.slice(offset, offset + limit).map((times) => this.#stored(times));
    return Promise.resolve({ schedules, hasMore: offset + limit < all.length });
  }

  find(name: string): Promise<StoredSchedule | undefined> {
    const times = this.#queue.schedules.get(name);
    return Promise.resolve(times && this.#stored(times));
  }

  pause(name: string): Promise<boolean> {
    const times = this.#queue.schedules.get(name);
    if (times === undefined) return Promise.resolve(false);
    times.isPaused = true;
    this.#withdraw(times);
    return Promise.resolve(true);
  }

  async resume(name: string): Promise<boolean> {
    const times = this.#queue.schedules.get(name);
    if (!times?.isPaused) return times !== undefined;
    times.isPaused = false;
    await this.put(times.schedule);
    return true;
  }

  remove(name: string): Promise<boolean> {
    const times = this.#queue.schedules.get(name);
    if (times === undefined) return Promise.resolve(false);
    if (this.#waiting(times)?.place === 'delayed') this.#withdraw(times);
    return Promise.resolve(this.#queue.schedules.delete(name));
  }

  /** A run that waits keeps its time unless the timetable is another. One that was run before its time has a job, and is passed over. */
  #firstOf({ name, timetable }: NewSchedule, calendar: Calendar, known: StoredTimes | undefined): number | undefined {
    const nowMs = this.#queue.clock.now();
    const { everyMs, startsAtMs = nowMs, endsAtMs = Infinity } = timetable;
    const isSame = known !== undefined && isSameTimetable(known.schedule.timetable, timetable);
    if (isSame && this.#waiting(known)) return known.lastAtMs;
    if (everyMs === undefined) {
      const times = calendar.upcoming(cronRule(timetable), nowMs, MOST_TIMES);
      return times.find(
        (ms) => !this.#queue.jobs.has(runId(name, ms)) || (known && this.#waiting(known)?.slot?.atMs === ms),
      );
    }
    if (isSame) return nextOf({ ...known, count: 0 }, nowMs);
    const atMs = Math.max(nowMs, startsAtMs);
    return atMs > endsAtMs ? undefined : atMs;
  }

  #waiting({ schedule, lastAtMs }: StoredTimes): StoredJob | undefined {
    const job = this.#queue.jobs.get(runId(schedule.name, lastAtMs));
    return job?.place === 'waiting' || job?.place === 'delayed' ? job : undefined;
  }

  #withdraw(times: StoredTimes): void {
    const waiting = this.#waiting(times);
    if (waiting === undefined) return;
    this.#queue.remove(waiting);
    this.#queue.publish(waiting, { kind: 'removed' });
  }

  #stored({ schedule, isPaused, runs, lastAtMs, count }: StoredTimes): StoredSchedule {
    const place = this.#queue.jobs.get(runId(schedule.name, lastAtMs))?.place;
    const isToCome = !isPaused && place !== undefined && place !== 'acked' && place !== 'deadLettered';
    const { limit } = schedule.timetable;
    const runsLeft = limit && (isToCome ? limit - count + 1 : 0);
    return { ...schedule, isPaused, runs, runsLeft, nextAtMs: isToCome ? lastAtMs : undefined };
  }
}

/** Adds the next run, and returns whether this one is handed out now: not while an earlier one is under way for which it waits, or gives way. */
export function mayRun(queue: StoredQueue, job: StoredJob, slot: ScheduleSlot): boolean {
  const times = queue.schedules.get(slot.schedule);
  const isMissed =
    times?.schedule.missed === 'skip' && job.deliveries === 0 && hasPassed(times, slot.atMs, queue.clock.now());
  continueSchedule(queue, slot);
  if (isMissed) queue.remove(job);
  return !isMissed && mayOverlap(queue, job, times?.schedule.overlap);
}

function mayOverlap(queue: StoredQueue, job: StoredJob, overlap: Overlap | undefined): boolean {
  if (overlap === undefined) return true;
  const earlier = [...queue.active].filter(({ slot }) => slot?.schedule === job.slot?.schedule);
  if (earlier.length === 0) return true;
  if (overlap === 'cancelRunning') {
    for (const other of earlier) queue.cancelActive(other, 'the next run of its schedule has begun');
    return true;
  }
  // What was begun before is not dropped: its attempt comes later.
  if (overlap === 'queue' || job.deliveries > 0) queue.delay(job, PAUSE_MS);
  else queue.remove(job);
  return false;
}

/** Until a run is fetched again that waits for an earlier one. */
const PAUSE_MS = 1_000;

/** Adds the run after this one, which is fetched, unless that was done when it was fetched before. */
function continueSchedule(queue: StoredQueue, { schedule: name, atMs }: ScheduleSlot): void {
  const times = queue.schedules.get(name);
  if (times === undefined || times.isPaused || times.lastAtMs !== atMs) return;
  const nowMs = queue.clock.now();
  times.late = times.schedule.missed === 'runAll' && hasPassed(times, atMs, nowMs) ? times.late + 1 : 0;
  const catchesUp = times.late > 0 && times.late < MOST_MISSED_RUNS;
  if (!catchesUp) times.late = 0;
  const nextAtMs = nextOf(times, catchesUp ? atMs : nowMs);
  if (nextAtMs === undefined) return;
  times.lastAtMs = nextAtMs;
  times.runs += 1;
  times.count += 1;
  sendRun(queue, times, nextAtMs);
}

function sendRun(queue: StoredQueue, times: StoredTimes, atMs: number): void {
  queue.send(runOf(times, atMs, queue.clock.now()), { schedule: times.schedule.name, atMs });
}

/** How many times of a pattern are looked at for one without a job. */
const MOST_TIMES = 16;
