// One queue in memory: which jobs it has, where each is, and the ways from one place to another.
import type {
  CancelRequest,
  EngineClock,
  JobPlace,
  Kept,
  OutgoingJob,
  QueueDeath,
  QueueEvent,
  QueueWatcher,
  QueueLimits,
  RateLimit,
  ReapRules,
  Retention,
  ScheduleSlot,
  SendOutcome,
  SendRefusal,
} from '@acktor/core/engine';
import { DueList, removeFrom } from './due-list.js';
import { ended, removed } from './family.js';
import { StoredGroups } from './stored-groups.js';
import { StoredRecords } from './stored-records.js';
import type { StoredTimes } from './stored-schedule.js';
import { Deduplication } from './deduplication.js';
import { sweepFor, wouldBeFull } from './making-room.js';
import { isReplacedBy, newJob, type StoredJob } from './stored-job.js';
import { WakeSignals } from './wake-signals.js';

/** What happened to a job, as the watchers of the queue receive it. */
export type Happened = QueueEvent extends infer Event
  ? Event extends QueueEvent
    ? Omit<Event, 'jobId' | 'atMs'>
    : never
  : never;

/** Where a waiting job goes among its equals. */
export type WaitingEnd = 'head' | 'tail';

/** What an engine is called with: after each change of a queue, and for each job that was accepted. */
export interface QueueListener {
  readonly changed: () => void;
  readonly sent: (job: OutgoingJob, queue: string) => void;
  /** Called for each cancel of a job that is under way. */
  readonly cancelled: (request: CancelRequest) => void;
}

export class StoredQueue {
  readonly name: string;
  readonly clock: EngineClock;
  readonly wakeSignals: WakeSignals;
  readonly watchers = new Set<QueueWatcher>();
  readonly jobs = new Map<string, StoredJob>();
  /** In the order in which they were fetched. */
  readonly active = new Set<StoredJob>();
  readonly delayed = new DueList<StoredJob>(({ dueAtMs = 0 }) => dueAtMs);
  readonly parents = new Set<StoredJob>();
  /** In the order in which they ended. */
  readonly acked = new Set<StoredJob>();
  readonly dead = new Set<StoredJob>();
  /** The last first. */
  deaths: readonly QueueDeath[] = [];
  /** Since when processes are missing that hold jobs of the queue. */
  readonly missingSinceMs = new Map<string, number>();
  /** By which the last worker's heartbeat reaped; undefined while none has. */
  rules: ReapRules | undefined;
  /** What was given back while virtual time passed, until a heartbeat reports it. */
  readonly returned: string[] = [];
  /** The names of the jobs whose deaths have listeners, by when that was said last. */
  readonly deathListeners = new Map<string, number>();
  /** What operators have set. */
  limits: QueueLimits = { concurrency: undefined, rate: undefined };
  /** How many jobs were handed out under a limit, and until when they count. */
  rate = { used: 0, untilMs: 0 };
  /** How many work queues are open on it. */
  consumers = 0;
  isPaused = false;
  /** Whether it was ever sent to, consumed or paused. */
  isUsed = false;
  readonly schedules = new Map<string, StoredTimes>();
  readonly groups = new StoredGroups();
  readonly records = new StoredRecords({ now: () => this.clock.now() });
  readonly #deduplication = new Deduplication(this);
  readonly #lanes = new Map<number, StoredJob[]>();
  readonly #waitingEnds = new Map<string, Set<() => void>>();
  readonly #listener: QueueListener;
  #ready = 0;
  #dueTimer: unknown;

  constructor(name: string, clock: EngineClock, listener: QueueListener) {
    this.name = name;
    this.clock = clock;
    this.wakeSignals = new WakeSignals(clock);
    this.#listener = listener;
  }

  /** How many wait for their turn, whether or not the queue is paused, and also those that wait for one of their key. */
  get waiting(): number {
    return this.#ready + this.groups.held.size;
  }

  /** How many could be fetched now. */
  get ready(): number {
    return this.isPaused || this.active.size >= (this.limits.concurrency ?? Infinity) ? 0 : this.#ready;
  }

  /** Those that wait for their turn, in the order in which they will be fetched; at last those that wait for one of their key. */
  waitingJobs(): readonly StoredJob[] {
    const lanes = [...this.#lanes.keys()].toSorted((one, other) => one - other);
    return [...lanes.flatMap((key) => this.#lanes.get(key) ?? []), ...this.groups.held];
  }

  send(sent: OutgoingJob, slot?: ScheduleSlot): SendOutcome | SendRefusal {
    this.isUsed = true;
    const earlier = this.jobs.get(sent.id);
    if (earlier && !isReplacedBy(sent, earlier)) return { duplicateOf: earlier.place };
    const refusal = this.#deduplication.refusalOf(sent, earlier);
    if (refusal) return refusal;
    const job = newJob(sent, { queue: this.name, sentAtMs: this.clock.now(), slot });
    if (earlier) this.#replace(earlier, job);
    this.jobs.set(sent.id, job);
    this.#listener.sent(sent, this.name);
    this.publish(job, { kind: 'sent' });
    if (sent.expiry) sweepFor(this, sent);
    this.#place(job);
    return 'accepted';
  }

  /** Why a job before which so many others come would not be taken, as far as it has no deduplication; undefined where it would. */
  wouldRefuse({ id, maxLength }: OutgoingJob, coming: number): SendRefusal | undefined {
    return maxLength && !this.jobs.has(id) ? wouldBeFull(this, maxLength, coming) : undefined;
  }

  /** For how long no job may be handed out under this limit. */
  limitedForMs(limit: RateLimit | undefined): number {
    const leftMs = this.rate.untilMs - this.clock.now();
    return limit !== undefined && leftMs > 0 && this.rate.used >= limit.max ? leftMs : 0;
  }

  /** Counts a job that is handed out. */
  countStart(limit: RateLimit | undefined): void {
    if (limit === undefined) return;
    const nowMs = this.clock.now();
    if (this.rate.untilMs <= nowMs) this.rate = { used: 0, untilMs: nowMs + limit.durationMs };
    this.rate.used += 1;
  }

  /** Takes the next job out of the waiting ones; undefined when none is ready. The caller says where it goes. */
  takeReady(): StoredJob | undefined {
    if (this.ready === 0) return undefined;
    let first = Infinity;
    for (const priority of this.#lanes.keys()) first = Math.min(first, priority);
    const job = this.#lanes.get(first)?.[0];
    if (job) this.leave(job);
    return job;
  }

  /** Puts a job behind all others, or holds it until it has the turn of its key. */
  join(job: StoredJob): void {
    if (this.groups.enter(job)) return this.#begin(job);
    this.leave(job);
    job.place = 'waiting';
    this.changed();
  }

  /** Puts those into the queue that have the turn of their key from now on. */
  admit(jobs: readonly StoredJob[]): void {
    for (const job of jobs) this.#begin(job);
  }

  wait(job: StoredJob, end: WaitingEnd): void {
    this.leave(job);
    job.place = 'waiting';
    const { priority } = job.sent;
    const lane = this.#lanes.get(priority) ?? [];
    this.#lanes.set(priority, lane);
    if (end === 'head') lane.unshift(job);
    else lane.push(job);
    this.#ready += 1;
    this.changed();
    if (!this.isPaused) this.wakeSignals.ready();
  }

  delay(job: StoredJob, delayMs: number): void {
    this.leave(job);
    job.place = 'delayed';
    const dueAtMs = this.clock.now() + delayMs;
    job.dueAtMs = dueAtMs;
    this.delayed.add(job);
    this.#watchDelayed();
    this.changed();
    if (this.delayed.first === job) this.wakeSignals.due(dueAtMs);
  }

  activate(job: StoredJob): void {
    this.leave(job);
    job.place = 'active';
    this.active.add(job);
    this.changed();
  }

  waitForChildren(job: StoredJob): void {
    this.leave(job);
    job.place = 'waitingForChildren';
    this.parents.add(job);
    this.changed();
  }

  end(job: StoredJob, place: 'acked' | 'deadLettered'): void {
    this.leave(job);
    job.place = place;
    job.endedAtMs = this.clock.now();
    (place === 'acked' ? this.acked : this.dead).add(job);
    ended(job);
    if (place === 'acked' || job.sent.group?.holdsWhenDead !== true) this.admit(this.groups.leave(job));
    this.#deduplication.ended(job);
    this.changed();
    this.#notifyEnd(job.sent.id);
  }

  /** Forgets acked jobs and dead letters beyond the retention: never the one that has just ended. */
  trim({ acked, dead }: Retention): void {
    this.#forget(this.acked, acked);
    this.#forget(this.dead, dead);
  }

  #forget(ended: ReadonlySet<StoredJob>, { ageSeconds, count }: Kept): void {
    const oldestMs = this.clock.now() - ageSeconds * 1_000;
    for (const job of ended) {
      if (ended.size <= count && (job.endedAtMs ?? 0) >= oldestMs) return;
      this.remove(job);
    }
  }

  remove(job: StoredJob): void {
    this.leave(job);
    this.jobs.delete(job.sent.id);
    removed(job);
    this.admit(this.groups.leave(job));
    this.#deduplication.removed(job);
    this.changed();
    this.#notifyEnd(job.sent.id);
  }

  /** Marks a job that is under way as cancelled, and notifies its worker. */
  cancelActive(job: StoredJob, why: string): void {
    job.cancelled = why;
    this.#listener.cancelled({ queue: this.name, jobId: job.sent.id, why, fence: job.deliveries });
  }

  /** Takes the job out of the place where it is, and what belongs to that place from it. */
  leave(job: StoredJob): void {
    job.lease = undefined;
    const leaving: Readonly<Partial<Record<JobPlace, () => void>>> = {
      waiting: () => this.#leaveLane(job),
      waitingForChildren: () => this.parents.delete(job),
      delayed: () => this.delayed.delete(job),
      active: () => this.active.delete(job),
      acked: () => this.acked.delete(job),
      deadLettered: () => this.dead.delete(job),
    };
    leaving[job.place]?.();
    job.dueAtMs = undefined;
  }

  /** Makes ready what is due by now. */
  promoteDue(): void {
    for (let job = this.delayed.first; job && (job.dueAtMs ?? 0) <= this.clock.now(); job = this.delayed.first)
      this.wait(job, 'tail');
    this.#watchDelayed();
  }

  pause(): void {
    this.isUsed = true;
    this.isPaused = true;
    this.changed();
  }

  resume(): void {
    this.isPaused = false;
    this.changed();
    if (this.#ready > 0) this.wakeSignals.ready();
  }

  /** Calls back when the job is acked, dead-lettered or removed. Returns an unsubscribe function. */
  onEnd(jobId: string, listener: () => void): () => void {
    const listeners = this.#waitingEnds.get(jobId) ?? new Set();
    this.#waitingEnds.set(jobId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#waitingEnds.delete(jobId);
    };
  }

  /** Notifies the watchers of the job: in order, and after the call in which it happened. */
  publish({ sent }: StoredJob, happened: Happened): void {
    if (this.watchers.size === 0) return;
    const event = { jobId: sent.id, atMs: this.clock.now(), ...happened } as QueueEvent;
    for (const watcher of this.watchers) {
      const isMeant = 'jobId' in watcher.of ? watcher.of.jobId === sent.id : watcher.of.jobName === sent.name;
      if (!isMeant || !watcher.kinds.has(event.kind)) continue;
      queueMicrotask(() => {
        if (this.watchers.has(watcher)) watcher.onEvent(event);
      });
    }
  }

  changed(): void {
    this.#listener.changed();
  }

  #begin(job: StoredJob): void {
    const inMs = this.groups.beginsInMs(job, this.clock.now());
    if (inMs > 0) this.delay(job, inMs);
    else this.wait(job, 'tail');
  }

  /** The fence goes on: a zombie of the earlier job must not pass for a delivery of this one. */
  #replace(earlier: StoredJob, job: StoredJob): void {
    job.deliveries = earlier.deliveries;
    this.remove(earlier);
    this.publish(earlier, { kind: 'removed' });
  }

  #place(job: StoredJob): void {
    const { dedup, delayMs } = job.sent;
    const waitMs = dedup?.mode === 'debounce' ? (dedup.ttlMs ?? 0) : delayMs;
    if (waitMs > 0) this.delay(job, waitMs);
    else this.join(job);
  }

  #leaveLane(job: StoredJob): void {
    const { priority } = job.sent;
    const lane = this.#lanes.get(priority) ?? [];
    if (!removeFrom(lane, job)) return;
    this.#ready -= 1;
    if (lane.length === 0) this.#lanes.delete(priority);
  }

  #notifyEnd(jobId: string): void {
    for (const listener of this.#waitingEnds.get(jobId) ?? []) listener();
  }

  #watchDelayed(): void {
    this.clock.clearTimeout(this.#dueTimer);
    this.#dueTimer = undefined;
    const dueAtMs = this.delayed.first?.dueAtMs;
    if (dueAtMs === undefined) return;
    this.#dueTimer = this.clock.setTimeout(() => this.promoteDue(), dueAtMs - this.clock.now());
  }
}
