// What is done with the deliveries of a process that has ended, and what its end says of them.

/** A process that is known to have ended, because its parent saw it. */
export interface DeadProcess {
  /** What its lease tokens begin with: the id of its worker. */
  readonly process: string;
  /** How often a job may lose its lease before it is poisoned. */
  readonly deliveryLimit: number;
  /**
   * Given when the process brought its end on itself: it exited, or died of a fault of its own. One that was ended from outside (SIGKILL,
   * SIGTERM) says nothing of what it held.
   */
  readonly ownEnd?: OwnEnd | undefined;
}

/** How a process ended itself. */
export interface OwnEnd {
  /** Which suspected jobs it handled then. */
  readonly trials: Trials;
  /** How many such ends poison a job; from 2. */
  readonly poisonLimit: number;
  /** In words: `it exited with code 1`. */
  readonly how: string;
  /** The last that it wrote on standard error, with a heading; '' for nothing. */
  readonly lastLines: string;
}

/** The suspected jobs whose handlers run in a process. */
export interface Trials {
  /** Of all its queues: none or one, but for one that takes very long, beside which another may begin. */
  readonly suspects: readonly Suspect[];
  /** Whether no other handler runs in the process: then nothing else can end it. */
  readonly isAlone: boolean;
}

/** A job that is suspected of being what ends its workers. An id is unique within its queue only. */
export interface Suspect {
  readonly queue: string;
  readonly jobId: string;
}

/** What was given back, by job id. */
export interface ReleasedJobs {
  readonly returned: readonly string[];
  /** Those of them that the end is held against: suspected from now on, one time more, or poisoned. */
  readonly suspected: readonly string[];
}
