// The operator's port: what people on call read of the queues and do with them. An adapter implements it on a server.
import type { Meta } from '../contract/meta.js';
import type { PastAttempt } from '../dead-letters/dead-letter.js';
import type { RateLimit } from '../engine/work-queue.js';
import type { InspectionOptions, QueueFault, QueueInspection, RepairOutcome } from './queue-fault.js';

/**
 * Where a job is. `waiting` counts the urgent, too; `active` is leased to a consumer; `waitingForChildren` is a parent of a flow of a plain
 * BullMQ client, which waits until its children have ended.
 */
export type JobPlace = 'waiting' | 'waitingForChildren' | 'delayed' | 'active' | 'acked' | 'deadLettered';

/** One queue at one moment. */
export interface QueueDepth {
  readonly queue: string;
  readonly isPaused: boolean;
  readonly waiting: number;
  /** Parents of flows that wait until their children have ended: not among the waiting ones. */
  readonly waitingForChildren: number;
  readonly delayed: number;
  readonly active: number;
  /** Kept acked jobs: bounded by retention, so not a total. */
  readonly acked: number;
  readonly deadLetters: number;
  /** When the job that waits longest was sent; undefined when none waits. */
  readonly oldestWaitingAtMs: number | undefined;
  /** When the next delayed job is due; undefined when none is delayed. */
  readonly nextDueAtMs: number | undefined;
  /** When this was read, by the server's clock, as all times here are. */
  readonly readAtMs: number;
}

/** The limits that are stored with a queue, for all its workers. */
export interface QueueLimits {
  /** How many of its jobs may be under way at a time; what is under way follows from leases. */
  readonly concurrency: number | undefined;
  /** How many may begin in a span; undefined where only workers limit that, or nothing. */
  readonly rate: RateLimit | undefined;
}

/** What becomes of the limits of a queue: undefined for what stays, null for none. */
export interface LimitChange {
  readonly concurrency: number | null | undefined;
  readonly rate: RateLimit | null | undefined;
}

/** Signs that something is wrong with a queue. */
export interface QueueSymptoms {
  /** Active jobs without a lease, of the thousand that are active for longest. A worker gives them back. */
  readonly unleased: number;
  /** Jobs that its deliveries have sent to queues in other slots of a cluster, and that wait to be forwarded. */
  readonly unforwarded: number;
  /** The mark that the last plain BullMQ client left, such as `bullmq:6.7.0`; undefined when none did. */
  readonly client: string | undefined;
  /** What lies in the places of the queue's own parts, and does not belong there: misplaced jobs and values of wrong types. */
  readonly faults: readonly QueueFault[];
  /** How many of the hundred jobs that were acked longest ago no producer of Acktor sent. */
  readonly ackedByOthers: number;
  /** When the oldest of all kept acked jobs was acked; undefined when none is kept. */
  readonly oldestAckedAtMs: number | undefined;
}

/** A process that died while it held jobs of a queue. */
export interface QueueDeath {
  readonly workerId: string;
  /** When it was decided that it died, by the server's clock. */
  readonly atMs: number;
  /** How many jobs of the queue it held; they were given back. */
  readonly held: number;
}

/** A process that died while it held jobs, of whichever queues. */
export interface ProcessDeath extends QueueDeath {
  /** Those that it held jobs of, in order. */
  readonly queues: readonly string[];
}

/** One job as a line of a list: no payload. */
export interface JobSummary {
  readonly queue: string;
  readonly id: string;
  readonly name: string;
  readonly place: JobPlace;
  readonly sentAtMs: number;
  readonly attemptsMade: number;
  readonly deliveries: number;
  readonly priority: number;
  /** Why it was rejected last, or dead-lettered. */
  readonly reason: string | undefined;
  readonly dueAtMs: number | undefined;
  /** When its last delivery began; undefined before its first. */
  readonly startedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  /** The worker that holds it now, or held it last. */
  readonly workerId: string | undefined;
}

/** One job with all that is kept of it. */
export interface JobDetails extends JobSummary {
  /** JSON text as it was sent. No list shows it. */
  readonly payload: string;
  /** Its headers. */
  readonly meta: Meta;
  /** JSON text; undefined unless acked. */
  readonly result: string | undefined;
  readonly stack: string | undefined;
  /** JSON text; undefined when the handler reported none. */
  readonly progress: string | undefined;
  /** What the handler logged, oldest first, at most the last 1,000 lines. */
  readonly log: readonly string[];
  /** What its handler has stored with `delivery.step()`, the first first. */
  readonly steps: readonly JobStep[];
  /** Its deliveries, oldest first: those that ended without an ack (at most 50), then the one that was acked or is under way. */
  readonly attempts: readonly JobAttempt[];
}

/** The result of one step of a job's handler. */
export interface JobStep {
  readonly name: string;
  /** The fence of the delivery that stored it. */
  readonly fence: number;
  /** By the server's clock. */
  readonly storedAtMs: number;
  /** JSON text; undefined for a step that returned nothing. */
  readonly result: string | undefined;
}

/** One delivery and how it ended; `end` is undefined while it is under way. */
export interface JobAttempt {
  readonly attempt: number;
  readonly workerId: string | undefined;
  readonly startedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
  readonly end: 'acked' | 'retried' | 'requeued' | 'deadLettered' | 'leaseLost' | 'workerDied' | undefined;
  readonly reason: string | undefined;
  readonly path: readonly { readonly state: string; readonly atMs: number }[];
}

/** Which jobs of a queue are wanted. */
export interface JobSpan {
  readonly place: JobPlace;
  /** How many jobs to pass over first. */
  readonly offset: number;
  readonly limit: number;
}

/** The jobs of a span, and whether there are more behind them. */
export interface JobPage {
  readonly jobs: readonly JobSummary[];
  readonly hasMore: boolean;
}

/** Which jobs of a queue go for good. */
export interface ClearSpan {
  readonly place: 'waiting' | 'delayed' | 'acked';
  /** Only those that were acked until then, by the server's clock; of acked jobs alone. */
  readonly untilMs?: number | undefined;
  readonly limit: number;
}

/** Which jobs of a queue move to another. */
export interface MoveSpan extends JobSpan {
  readonly place: 'waiting' | 'delayed' | 'deadLettered';
}

/** What one call of a bulk operation did: how many jobs it changed, and how many it left where they are. */
export interface BulkStep {
  readonly done: number;
  readonly left: number;
}

/**
 * The queues of a namespace, for people and tools. Every list is bounded: nothing here walks a whole queue in one call.
 * Every method @throws ConnectionLostError when the connection breaks before the answer.
 */
export interface QueueAdmin {
  /** The names of all queues that a worker or a producer of Acktor ever used, or that were found before, in order. */
  queueNames(): Promise<readonly string[]>;
  /**
   * Scans the names of all keys for queues, and remembers those it finds: for queues that only other clients used. Takes about a second
   * for a million keys, in short calls between which the server serves others.
   */
  discoverQueues(): Promise<readonly string[]>;
  /** Whether the queue was ever used by a worker, a producer or any BullMQ client, or paused. */
  knows(queue: string): Promise<boolean>;
  /** All zeros for a queue that was never used. */
  depth(queue: string): Promise<QueueDepth>;
  symptoms(queue: string): Promise<QueueSymptoms>;
  /** Whether workers count a rate limit right now that is not stored with the queue, so that workers without it do not keep to it. */
  isLimitedByWorkers(queue: string): Promise<boolean>;
  /** The last hundred that died while they held jobs of the queue, of a day, the last first. */
  deaths(queue: string): Promise<readonly QueueDeath[]>;
  /**
   * Waiting jobs come in the order in which they will be fetched, delayed ones by when they are due, active ones by when they
   * were fetched; acked ones and dead letters newest first. A queue that moves between two pages may repeat or pass over jobs.
   */
  jobs(queue: string, span: JobSpan): Promise<JobPage>;
  /** Without payload and attempts; undefined when the queue has no job of that id. */
  find(queue: string, id: string): Promise<JobSummary | undefined>;
  /** With payload and attempts; undefined when the queue has no job of that id. */
  job(queue: string, id: string): Promise<JobDetails | undefined>;
  /** Consumers finish what they hold and fetch no more of this queue, in the whole fleet, until it is resumed. May be repeated. */
  pause(queue: string): Promise<void>;
  /** May be repeated. */
  resume(queue: string): Promise<void>;
  limits(queue: string): Promise<QueueLimits>;
  /** Holds from now on, for every worker of the queue. May be repeated. */
  limit(queue: string, change: LimitChange): Promise<void>;
  /** Makes a delayed job due at once, also one that waits for the rate of its key. Resolves with whether it was delayed. */
  runNow(queue: string, id: string): Promise<boolean>;
  /**
   * Makes delayed jobs due at once, the first due first, at most `limit` of those behind the first `offset`. Left are runs
   * that keep a schedule going, and jobs that wait for the rate of their key.
   */
  promote(queue: string, span: Omit<JobSpan, 'place'>): Promise<BulkStep>;
  /**
   * Removes at most `limit` jobs for good, the oldest first, with one event for each; none that is under way, and nothing that keeps a schedule
   * going. Resolves with how many; 0 when there is none left.
   */
  clear(queue: string, span: ClearSpan): Promise<number>;
  /** How many jobs were acked until then. */
  ackedUntil(queue: string, untilMs: number): Promise<number>;
  /**
   * Moves at most `limit` of the jobs behind the first `offset` of a place to another queue, each in one step, with its id, payload, options, fence
   * and steps. Leaves runs of schedules, members of flows, and jobs whose id the other queue knows.
   * @throws EngineFeatureError where the queues lie on different servers, or in different slots of a cluster.
   */
  move(queue: string, to: string, span: MoveSpan): Promise<BulkStep>;
  /**
   * Looks through all keys of all queues for what is out of place, in short calls between which the server serves others. A fault that is
   * found is looked at twice, so that a job on its way from one place to another is none. Changes nothing.
   */
  inspect(options: InspectionOptions): Promise<QueueInspection>;
  /** Puts into its place what is out of place, if it still is. May be repeated: one script looks and writes. */
  repair(fault: QueueFault): Promise<RepairOutcome>;
}

/** Oldest first. */
export function attemptsOf(job: JobSummary, history: readonly PastAttempt[]): readonly JobAttempt[] {
  const last = lastDelivery(job, history);
  const next = last?.attempt ?? nextAttempt(job);
  const past = history.map((entry, i) => pastDelivery(entry, history[i + 1]?.attempt ?? next));
  return last === undefined ? past : [...past, last];
}

/** The attempt that comes after all that is remembered; undefined for a dead letter, after which none comes. */
function nextAttempt({ place, attemptsMade }: JobSummary): number | undefined {
  return place === 'deadLettered' ? undefined : attemptsMade + 1;
}

/** The delivery that is under way or was acked; or that which ended a job of another client, which keeps no history. */
function lastDelivery(job: JobSummary, history: readonly PastAttempt[]): JobAttempt | undefined {
  const { place, attemptsMade, workerId, startedAtMs, endedAtMs, deliveries } = job;
  const delivery = { workerId, startedAtMs, path: [] };
  if (place === 'active')
    return { ...delivery, attempt: attemptsMade + 1, endedAtMs: undefined, end: undefined, reason: undefined };
  if (place === 'acked') return { ...delivery, attempt: attemptsMade, endedAtMs, end: 'acked', reason: undefined };
  const isRemembered = history.at(-1)?.fence === deliveries;
  if (place !== 'deadLettered' || isRemembered || startedAtMs === undefined) return undefined;
  return { ...delivery, attempt: attemptsMade, endedAtMs, end: 'deadLettered', reason: job.reason };
}

function pastDelivery(entry: PastAttempt, next: number | undefined): JobAttempt {
  const { attempt, worker, startedAtMs, endedAtMs, reason, path } = entry;
  return { attempt, workerId: worker || undefined, startedAtMs, endedAtMs, end: endOf(entry, next), reason, path };
}

/** A rejection is followed by a higher attempt, unless the job died of it: then by none, or, redriven, by its first. */
function endOf({ end, attempt }: PastAttempt, next: number | undefined): JobAttempt['end'] {
  if (end === 'returned') return 'acked';
  if (end !== 'threw' && end !== 'rejected') return end;
  return next !== undefined && next > attempt ? 'retried' : 'deadLettered';
}

interface DeathsOfQueue {
  readonly queue: string;
  readonly deaths: readonly QueueDeath[];
}

/** Joins the entries of one process: each of its queues has one. */
export function joinedDeaths(all: readonly DeathsOfQueue[]): readonly ProcessDeath[] {
  const joined = new Map<string, ProcessDeath>();
  for (const { queue, deaths } of all)
    for (const { workerId, atMs, held } of deaths) {
      const known = joined.get(workerId);
      const queues = [...new Set([...(known?.queues ?? []), queue])];
      const firstAtMs = Math.min(atMs, known?.atMs ?? atMs);
      joined.set(workerId, { workerId, atMs: firstAtMs, held: held + (known?.held ?? 0), queues });
    }
  return [...joined.values()].toSorted((one, other) => other.atMs - one.atMs);
}
