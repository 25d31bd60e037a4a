// What is remembered of a delivery that ended without an ack.

/** How an attempt ended that was no ack. */
export type AttemptEnd = 'threw' | 'rejected' | 'requeued' | 'leaseLost' | 'workerDied';

/** One delivery that ended without an ack, as its worker reports it. The server adds the times. */
export interface AttemptNote {
  /** From 1. A delivery that lost its lease or was requeued is followed by one of the same number. */
  readonly attempt: number;
  readonly fence: number;
  /** The id of the worker process. */
  readonly worker: string;
  readonly end: AttemptEnd;
  readonly reason?: string;
}

/** An attempt as it is kept with the job. Times in milliseconds since the epoch, by the server's clock. */
export interface AttemptRecord extends AttemptNote {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** The consumer's states and when it entered each, the oldest first. */
  readonly path?: readonly (readonly [state: string, atMs: number])[];
}
