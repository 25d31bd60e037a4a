// The broker's port: what Acktor asks of a queue server, in Acktor's own words. Adapters live in folders of their own.
import type { DeadProcess, ReleasedJobs } from './dead-process.js';
import type { CancelOutcome } from './cancel-outcome.js';
import type { Confirm, ConfirmDemand } from './confirm.js';
import type { QueueWatcher } from './job-events.js';
import type { DeadLetterStore } from './dead-letter-store.js';
import type { QueueAdmin } from '../operator/queue-admin.js';
import type { OutgoingJob, SendAnswer } from './sending.js';
import type { WorkQueue } from './work-queue.js';

/** How a job ended, as a waiting producer learns it. `gone`: the queue knows it no more; it was cancelled, purged or forgotten. */
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

  /** Resolves when the connection that carries such sends to the queue is whole, at once if it is. Rejects with the signal's reason. */
  connected(queue: string, confirm: Confirm, signal: AbortSignal): Promise<void>;

  /**
   * Resolves when the job is acked, dead-lettered or gone. Rejects with the signal's reason when that aborts first.
   * @throws ClosedError when the broker is closed first; ConnectionLostError, BrokerUnreachableError when the waiting cannot begin.
   */
  ended(queue: string, jobId: string, signal: AbortSignal): Promise<JobEnd>;

  /**
   * Follows jobs of a queue from the moment at which this resolves, with how to stop, across breaks of the connection, until it is stopped
   * or the broker closed. Events that the server forgot before they were read are a gap.
   * @throws ClosedError; ConnectionLostError, BrokerUnreachableError when the following cannot begin.
   */
  follow(queue: string, watcher: QueueWatcher): Promise<() => void>;

  /** Removes a job that waits; marks one that is under way, and tells its worker. May be repeated. */
  cancel(queue: string, jobId: string, why: string): Promise<CancelOutcome>;

  /** The dead letters of a queue. */
  deadLetters(queue: string): DeadLetterStore;

  /** All queues, for people and tools. */
  admin(): QueueAdmin;

  /** Opens a queue for a worker's channel. */
  workQueue(name: string): WorkQueue;

  /**
   * Calls back when the connection breaks (`away`) and when it is whole again (`back`); with the queue, where each has its own.
   * Returns an unsubscribe function.
   */
  onConnection(listener: (state: 'away' | 'back', queue: string | undefined) => void): () => void;

  /**
   * Gives back at once what a process held at the queue that is known to be dead, because its parent saw it exit. Calling it for a
   * process that lives takes its deliveries from it. Where the process brought its end on itself, what it held is suspected of being
   * poison: it waits behind others, and is poisoned when that happens too often.
   */
  releaseDead(queue: string, dead: DeadProcess): Promise<ReleasedJobs>;

  /** Closes every connection that the broker opened. May be called twice. */
  close(): Promise<void>;
}
