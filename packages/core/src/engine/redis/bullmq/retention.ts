// How long a queue remembers finished jobs. Dead letters are kept until somebody redrives or purges them.

/** What is kept of acked jobs: their ids stop a resend, their results answer who waits. */
export interface Retention {
  /** For how many seconds an acked job is kept. */
  readonly ackedAgeSeconds: number;
  /** How many acked jobs are kept at most. */
  readonly ackedCount: number;
}
