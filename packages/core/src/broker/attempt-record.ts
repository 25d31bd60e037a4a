// One attempt of a job, as it is kept with the job for people to read.

/** How an attempt ended that was no ack. */
export type AttemptEnd = 'threw' | 'rejected' | 'requeued' | 'leaseLost' | 'workerDied';

/** One delivery that ended without an ack: who had it, when, and how it ended. Times in milliseconds since the epoch. */
export interface AttemptRecord {
  /** From 1. A delivery that lost its lease or was requeued is followed by one of the same number. */
  readonly attempt: number;
  readonly fence: number;
  /** The id of the worker process. */
  readonly worker: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly end: AttemptEnd;
  readonly reason?: string;
  /** The consumer's states and when it entered each, the oldest first. */
  readonly path?: readonly (readonly [state: string, atMs: number])[];
}
