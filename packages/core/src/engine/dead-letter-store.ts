// The port to the dead letters of one queue.

/** A dead letter in short: enough to choose by. */
export interface DeadSummary {
  readonly id: string;
  readonly jobName: string;
  readonly reason: string;
  readonly deadAtMs: number;
  /** How often it was delivered: tells this death of the job from an earlier one. */
  readonly deliveries: number;
}

/** A dead letter in full, before anybody has looked inside its texts. */
export interface DeadRecord extends DeadSummary {
  readonly payload: string;
  readonly version: number;
  readonly sentAtMs: number;
  readonly attemptsMade: number;
  readonly leasesLost: number;
  readonly priority: number;
  readonly redrives: number;
  /** JSON texts as they are stored, by whoever stored them. */
  readonly stacks: string | undefined;
  readonly history: string | undefined;
}

/** Which letters to go through, by when they died; both ends belong to the span. */
export interface DeadSpan {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly order: 'newest' | 'oldest';
}

/** One death of one job. */
export type Death = Pick<DeadSummary, 'id' | 'deliveries'>;

/** The dead letters of one queue. Every method @throws ConnectionLostError when the connection breaks before the answer. */
export interface DeadLetterStore {
  /** How many there are. */
  count(): Promise<number>;

  /** What the server's clock says, by which letters died, in milliseconds since the epoch. */
  nowMs(): Promise<number>;

  /** Goes through the letters page by page; each that is there all the time comes once, later ones do not come. */
  scan(span: DeadSpan): AsyncIterable<readonly DeadSummary[]>;

  /** Reads letters in full, in the order of the ids; undefined for what is no dead letter (any more). */
  read(ids: readonly string[]): Promise<readonly (DeadRecord | undefined)[]>;

  /** Puts jobs back into the queue, attempts starting afresh, atomically. False where this death is over already. */
  redrive(deaths: readonly Death[]): Promise<readonly boolean[]>;

  /** Removes jobs for good, atomically. False where this death is over already. */
  purge(deaths: readonly Death[]): Promise<readonly boolean[]>;
}
