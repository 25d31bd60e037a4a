// The broker's port: what Acktor needs of a queue server, in its own terms. Adapters live in folders of their own.
import type { DeadLetterStore } from './dead-letter-store.js';
import type { ExchangeStore } from './exchange-store.js';
import type { KeyStore } from './key-store.js';
import type { FlowStore } from './flow-store.js';
import type { RecordStore } from './record-store.js';
import type { ScheduleStore } from './schedule-store.js';
import type { QueueAdmin } from '../operator/queue-admin.js';
import type { Confirm, ConfirmDemand, SendAnswer } from './send-answers.js';
import type { OutgoingJob, WorkQueue } from './work-queue.js';

export {
  wantedCount,
  type Confirm,
  type ConfirmDemand,
  type ConfirmShortfall,
  type FurtherConfirm,
  type SendAnswer,
  type SendDuplicate,
  type SendOutcome,
  type SendRefusal,
  type SendShortfall,
} from './send-answers.js';

/** How a job ended, for a waiting producer. `gone`: the queue has no such job any more; it was cancelled, purged or forgotten. */
export type JobEnd =
  | { readonly kind: 'acked'; readonly result: string }
  | { readonly kind: 'deadLettered'; readonly reason: string }
  | { readonly kind: 'gone' };

/** A connection to the queue server, for producers and workers alike. */
export interface Broker {
  /**
   * Adds jobs to one queue, atomically and in order. Resolves when the server has them and, with a demand, when that is met
   * or its time is over; with an answer for each. Order holds among sends of the same demand.
   * @throws ConnectionLostError when the connection breaks first: the jobs may have been added; sending them again is safe.
   * @throws ServerRefusalError when the server refuses the whole call: nothing was added.
   * @throws ConfirmUnsupportedError when the server cannot meet the demand: nothing was added.
   */
  send(queue: string, jobs: readonly OutgoingJob[], demand?: ConfirmDemand): Promise<readonly SendAnswer[]>;

  /** @throws ConfirmUnsupportedError when the server cannot confirm so. */
  requireConfirm(confirm: Confirm): void;

  /** Resolves when the connection that carries such sends to the queue is up, at once if it is. Rejects with the signal's reason. */
  connected(queue: string, confirm: Confirm, signal: AbortSignal): Promise<void>;

  /**
   * Resolves when the job is acked, dead-lettered or gone. Rejects with the signal's reason when that aborts first.
   * @throws ClosedError when the broker is closed first; ConnectionLostError, BrokerUnreachableError when the wait cannot begin.
   */
  ended(queue: string, jobId: string, signal: AbortSignal): Promise<JobEnd>;

  /**
   * As `ended`, begun before the job is sent, under an id that its queue has never had. Resolves when its end cannot be missed any more, with a
   * function that returns the end, and is to be called when the send is answered: what is not there from then on is gone.
   * @throws as `ended`; so does what the function returns.
   */
  expectEnd(queue: string, jobId: string, signal: AbortSignal): Promise<() => Promise<JobEnd>>;

  /**
   * Follows jobs of a queue from the moment at which this resolves, across breaks of the connection, until the function that it resolves
   * with is called or the broker closed. Events that the server forgot before they were read are a gap.
   * @throws ClosedError; ConnectionLostError, BrokerUnreachableError when the following cannot begin.
   */
  follow(queue: string, watcher: QueueWatcher): Promise<() => void>;

  /** Removes a job that waits; marks one that is under way, and notifies its worker. May be repeated. */
  cancel(queue: string, jobId: string, why: string): Promise<CancelOutcome>;

  /** The dead letters of a queue. */
  deadLetters(queue: string): DeadLetterStore;

  /** The schedules of a queue. */
  schedules(queue: string): ScheduleStore;

  /** The keys that jobs of a queue are grouped by. */
  keys(queue: string): KeyStore;

  /** The flows of a queue. */
  flows(queue: string): FlowStore;

  /** The exchanges of the namespace. @throws EngineFeatureError where the engine has none. */
  exchanges(): ExchangeStore;

  /** The records beside the jobs of a queue. */
  records(queue: string): RecordStore;

  /** All queues, for people and tools. */
  admin(): QueueAdmin;

  /** Opens a queue for a worker's channel. */
  workQueue(name: string): WorkQueue;

  /**
   * Calls back when the connection breaks (`away`) and when it is up again (`back`); with the queue, where each has its own.
   * Returns an unsubscribe function.
   */
  onConnection(listener: (state: 'away' | 'back', queue: string | undefined) => void): () => void;

  /**
   * Gives back at once what a dead process held at the queue. The process is known to be dead because its parent saw it exit: called for a
   * process that lives, this takes its deliveries away. Where the process brought its end on itself, what it held is suspected of being
   * poison: it waits behind other jobs, and is poisoned when that happens too often.
   */
  releaseDead(queue: string, dead: DeadProcess): Promise<ReleasedJobs>;

  /** Closes every connection that the broker opened. May be called twice. */
  close(): Promise<void>;
}

/**
 * What a cancel did. `removed`: the job waited, and is gone. `removedAlone`: so is this parent of a flow, and its children that have not
 * ended go on by themselves. `signalled`: a worker has it, and was notified; if that worker
 * dies first, the next one finds the mark and dead-letters the job. `ended`: it was acked or dead-lettered before. `notFound`:
 * the queue has no job of that id.
 */
export type CancelOutcome = 'removed' | 'removedAlone' | 'signalled' | 'ended' | 'notFound';

/**
 * `retried`: an attempt failed, and the job waits for the next. `requeued`: it waits again, and no attempt was counted. `lost`: its worker
 * died or lost the lease, and the job was given back. `removed`: it was cancelled while it waited, or purged.
 */
export type JobEventKind =
  'sent' | 'started' | 'progress' | 'acked' | 'retried' | 'requeued' | 'lost' | 'dead' | 'removed';

/** One event of one job. Plain data; what a handler wrote is JSON text, not yet parsed. */
export type QueueEvent = {
  readonly jobId: string;
  /** When it happened, in milliseconds since the epoch, by the server's clock. */
  readonly atMs: number;
} & (
  | { readonly kind: 'sent' | 'started' | 'lost' | 'removed' }
  | { readonly kind: 'progress'; readonly progress: string }
  | { readonly kind: 'acked'; readonly result: string }
  | { readonly kind: 'retried' | 'requeued'; readonly reason: string | undefined }
  | { readonly kind: 'dead'; readonly reason: string }
);

/**
 * Events that can no longer be read. `trimmed`: the server keeps the newest only. `replaced`: its data are gone, or others. `unnamed`: of
 * a job that was removed before its name was read, so it may or may not be one of those that are followed.
 */
export interface EventGap {
  readonly reason: 'trimmed' | 'replaced' | 'unnamed';
  /** What happened after this time, and before `untilMs`, may be missing; in milliseconds since the epoch, by the server's clock. */
  readonly afterMs: number;
  readonly untilMs: number;
}

/** A subscription to jobs of a queue. */
export interface QueueWatcher {
  /** Which jobs: all of this name, or this one. */
  readonly of: { readonly jobName: string } | { readonly jobId: string };
  readonly kinds: ReadonlySet<JobEventKind>;
  /** Called with each event in the order in which they happened. Must not throw. */
  onEvent(event: QueueEvent): void;
  /** Called where events may be missing, before the next event. Must not throw. */
  onGap(gap: EventGap): void;
}

/** A process that is known to have ended, because its parent saw it. */
export interface DeadProcess {
  /** The id of its worker: the prefix of its lease tokens. */
  readonly process: string;
  /** How often a job may lose its lease before it is poisoned. */
  readonly deliveryLimit: number;
  /**
   * Given when the process brought its end on itself: it exited, or died of a fault of its own. An end from outside (SIGKILL, SIGTERM)
   * says nothing about what it held.
   */
  readonly ownEnd?: OwnEnd | undefined;
}

/** How a process ended itself. */
export interface OwnEnd {
  /** The suspected jobs that it handled then. */
  readonly trials: Trials;
  /** How many such ends poison a job; from 2. */
  readonly poisonLimit: number;
  /** In words: `it exited with code 1`. */
  readonly how: string;
  /** Its last lines on standard error, with a heading; '' for none. */
  readonly lastLines: string;
}

/** The suspected jobs whose handlers run in a process. */
export interface Trials {
  /** Of all its queues: none or one, but for one that takes very long, beside which another may begin. */
  readonly suspects: readonly Suspect[];
  /** Whether no other handler runs in the process, so that nothing else can end it. */
  readonly isAlone: boolean;
}

/** A job that is suspected of ending its workers. An id is unique within its queue only. */
export interface Suspect {
  readonly queue: string;
  readonly jobId: string;
}

/** What was given back, by job id. */
export interface ReleasedJobs {
  readonly returned: readonly string[];
  /** Those of them that count the end against them: suspected from now on, once more, or poisoned. */
  readonly suspected: readonly string[];
}
