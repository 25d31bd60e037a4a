// The port to the dead letters of one queue.
import type { Meta } from '../contract/meta.js';

/** A dead letter in short: enough to select by. */
export interface DeadSummary {
  readonly id: string;
  readonly jobName: string;
  readonly reason: string;
  readonly deadAtMs: number;
  /** How often it was delivered: distinguishes this death of the job from an earlier one. */
  readonly deliveries: number;
}

/** A dead letter in full, its texts not yet parsed. */
export interface DeadRecord extends DeadSummary {
  readonly payload: string;
  readonly version: number;
  readonly meta: Meta;
  readonly sentAtMs: number;
  readonly attemptsMade: number;
  readonly leasesLost: number;
  readonly priority: number;
  readonly redrives: number;
  /** JSON texts as they are stored; any client may have written them. */
  readonly stacks: string | undefined;
  readonly history: string | undefined;
}

/** Which letters to read, by when they died; both ends are included. */
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

  /** The server's time in milliseconds since the epoch: the clock by which letters died. */
  nowMs(): Promise<number>;

  /** Reads the letters page by page. A letter that is there all the time comes once; one that dies meanwhile does not come. */
  scan(span: DeadSpan): AsyncIterable<readonly DeadSummary[]>;

  /** Reads letters in full, in the order of the ids; undefined for what is no dead letter (any more). */
  read(ids: readonly string[]): Promise<readonly (DeadRecord | undefined)[]>;

  /**
   * Puts jobs back into the queue, attempts starting afresh, atomically; with `payload`, JSON text, in place of theirs. False where this death is
   * over already.
   */
  redrive(deaths: readonly Death[], payload?: string): Promise<readonly boolean[]>;

  /** Removes jobs for good, atomically. False where this death is over already. */
  purge(deaths: readonly Death[]): Promise<readonly boolean[]>;
}
