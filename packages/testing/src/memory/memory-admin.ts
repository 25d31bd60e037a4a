// The queues in memory as an operator sees them.
import {
  attemptsOf,
  readHistory,
  type BulkStep,
  type ClearSpan,
  type JobDetails,
  type JobPage,
  type JobSpan,
  type JobSummary,
  type MoveSpan,
  type QueueDeath,
  type QueueDepth,
  type LimitChange,
  type QueueAdmin,
  type QueueInspection,
  type QueueLimits,
  type QueueSymptoms,
  type RepairOutcome,
} from '@acktor/core/engine';
import { NO_META } from '@acktor/core/internal';
import { isLeased } from './deliveries.js';
import type { MemoryStore } from './memory-store.js';
import { summaryOf, type StoredJob } from './stored-job.js';
import type { StoredQueue } from './stored-queue.js';

/** The {@link QueueAdmin} in memory. */
export class MemoryAdmin implements QueueAdmin {
  readonly #store: MemoryStore;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  queueNames(): Promise<readonly string[]> {
    const used = [...this.#store.queues.values()].filter(({ isUsed }) => isUsed);
    return Promise.resolve(used.map(({ name }) => name).toSorted());
  }

  discoverQueues(): Promise<readonly string[]> {
    return this.queueNames();
  }

  knows(queue: string): Promise<boolean> {
    return Promise.resolve(this.#store.queues.get(queue)?.isUsed === true);
  }

  depth(name: string): Promise<QueueDepth> {
    const queue = this.#store.peek(name);
    queue.promoteDue();
    return Promise.resolve({
      queue: name,
      isPaused: queue.isPaused,
      waiting: queue.waiting,
      waitingForChildren: queue.parents.size,
      delayed: queue.delayed.size,
      active: queue.active.size,
      acked: queue.acked.size,
      deadLetters: queue.dead.size,
      oldestWaitingAtMs: oldestOf(queue),
      nextDueAtMs: queue.delayed.first?.dueAtMs,
      readAtMs: queue.clock.now(),
    });
  }

  symptoms(name: string): Promise<QueueSymptoms> {
    const queue = this.#store.peek(name);
    const unleased = [...queue.active].slice(0, MOST_ACTIVE).filter((job) => !isLeased(queue, job)).length;
    const [oldest] = queue.acked;
    const acked = { ackedByOthers: 0, oldestAckedAtMs: oldest?.endedAtMs };
    return Promise.resolve({ unleased, unforwarded: 0, client: undefined, faults: [], ...acked });
  }

  isLimitedByWorkers(name: string): Promise<boolean> {
    const { rate, clock } = this.#store.peek(name);
    return Promise.resolve(rate.untilMs > clock.now());
  }

  deaths(name: string): Promise<readonly QueueDeath[]> {
    const { deaths, clock } = this.#store.peek(name);
    return Promise.resolve(deaths.filter(({ atMs }) => clock.now() - atMs < DAY_MS));
  }

  jobs(name: string, { place, offset, limit }: JobSpan): Promise<JobPage> {
    const all = jobsIn(this.#store.peek(name), place);
    return Promise.resolve({
      jobs: all.slice(offset, offset + limit).map(summaryOf),
      hasMore: offset + limit < all.length,
    });
  }

  find(queue: string, id: string): Promise<JobSummary | undefined> {
    const job = this.#store.peek(queue).jobs.get(id);
    return Promise.resolve(job && summaryOf(job));
  }

  job(queue: string, id: string): Promise<JobDetails | undefined> {
    const job = this.#store.peek(queue).jobs.get(id);
    return Promise.resolve(job && detailsOf(job));
  }

  pause(queue: string): Promise<void> {
    return Promise.resolve(this.#store.queue(queue).pause());
  }

  resume(queue: string): Promise<void> {
    return Promise.resolve(this.#store.queue(queue).resume());
  }

  limits(queue: string): Promise<QueueLimits> {
    return Promise.resolve(this.#store.peek(queue).limits);
  }

  limit(name: string, change: LimitChange): Promise<void> {
    const queue = this.#store.queue(name);
    const { concurrency = queue.limits.concurrency, rate = queue.limits.rate } = change;
    queue.limits = { concurrency: concurrency ?? undefined, rate: rate ?? undefined };
    if (rate === null) queue.rate = { used: 0, untilMs: 0 };
    if (queue.ready > 0) queue.wakeSignals.ready();
    return Promise.resolve();
  }

  runNow(name: string, id: string): Promise<boolean> {
    const queue = this.#store.peek(name);
    const job = queue.jobs.get(id);
    if (job?.place !== 'delayed') return Promise.resolve(false);
    queue.wait(job, 'tail');
    return Promise.resolve(true);
  }

  promote(name: string, { offset, limit }: Omit<JobSpan, 'place'>): Promise<BulkStep> {
    const queue = this.#store.peek(name);
    const span = [...queue.delayed].slice(offset, offset + limit);
    const due = span.filter((job) => job.slot === undefined && !queue.groups.waitsForRate(job));
    for (const job of due) queue.wait(job, 'tail');
    return Promise.resolve({ done: due.length, left: span.length - due.length });
  }

  clear(name: string, { place, untilMs = Infinity, limit }: ClearSpan): Promise<number> {
    const queue = this.#store.peek(name);
    const jobs = place === 'acked' ? [...queue.acked] : jobsIn(queue, place);
    const isMeant = ({ slot, endedAtMs = 0 }: StoredJob) =>
      place === 'acked' ? endedAtMs <= untilMs : slot === undefined || !queue.schedules.has(slot.schedule);
    const cleared = jobs.filter(isMeant).slice(0, limit);
    for (const job of cleared) {
      queue.remove(job);
      queue.publish(job, { kind: 'removed' });
    }
    return Promise.resolve(cleared.length);
  }

  ackedUntil(name: string, untilMs: number): Promise<number> {
    const { acked } = this.#store.peek(name);
    return Promise.resolve([...acked].filter(({ endedAtMs = 0 }) => endedAtMs <= untilMs).length);
  }

  move(name: string, to: string, { place, offset, limit }: MoveSpan): Promise<BulkStep> {
    const [queue, target] = [this.#store.peek(name), this.#store.queue(to)];
    const span = jobsIn(queue, place).slice(offset, offset + limit);
    const moved = span.filter((job) => moveJob(job, { queue, target }));
    return Promise.resolve({ done: moved.length, left: span.length - moved.length });
  }

  /** Here each job knows its place, and nothing else can write. */
  inspect(): Promise<QueueInspection> {
    return Promise.resolve({ faults: [], isWhole: true, seen: 0 });
  }

  repair(): Promise<RepairOutcome> {
    return Promise.resolve('gone');
  }
}

interface Move {
  readonly queue: StoredQueue;
  readonly target: StoredQueue;
}

/** Returns whether it has moved. */
function moveJob(job: StoredJob, { queue, target }: Move): boolean {
  const { sent, slot, parent, children, flowRecord } = job;
  const isMember = parent !== undefined || children.size > 0 || flowRecord !== undefined || sent.flow !== undefined;
  if (isMember || slot !== undefined || sent.group !== undefined || target.jobs.has(sent.id)) return false;
  const delayMs = job.place === 'delayed' ? Math.max(1, (job.dueAtMs ?? 0) - queue.clock.now()) : 0;
  target.send({ ...job.sent, delayMs });
  const moved = target.jobs.get(job.sent.id);
  if (moved)
    Object.assign(moved, {
      deliveries: job.deliveries,
      sentAtMs: job.sentAtMs,
      history: job.history,
      steps: job.steps,
    });
  queue.remove(job);
  queue.publish(job, { kind: 'removed' });
  return true;
}

function jobsIn(queue: StoredQueue, place: JobSpan['place']): readonly StoredJob[] {
  switch (place) {
    case 'waiting':
      return queue.waitingJobs();
    case 'delayed':
      return [...queue.delayed];
    case 'active':
      return [...queue.active];
    case 'acked':
      return [...queue.acked].reverse();
    case 'deadLettered':
      return [...queue.dead].reverse();
    case 'waitingForChildren':
      return [...queue.parents];
  }
}

function oldestOf(queue: StoredQueue): number | undefined {
  let oldestMs: number | undefined;
  for (const { sentAtMs } of queue.waitingJobs()) oldestMs = Math.min(sentAtMs, oldestMs ?? Infinity);
  return oldestMs;
}

function detailsOf(job: StoredJob): JobDetails {
  const summary = summaryOf(job);
  return {
    ...summary,
    payload: job.sent.payload,
    meta: job.sent.meta ?? NO_META,
    result: job.place === 'acked' ? job.result : undefined,
    stack: job.stacks.at(-1),
    progress: job.progress,
    log: job.log.slice(-MOST_LOG_LINES),
    steps: [...job.steps.values()],
    attempts: attemptsOf(summary, readHistory(JSON.stringify(job.history))),
  };
}

const MOST_ACTIVE = 1_000;
const MOST_LOG_LINES = 1_000;
const DAY_MS = 24 * 60 * 60 * 1_000;
