// What is written down, outside of Redis, while faults happen.

/** Something that happened, where and when. */
export type LedgerEntry = Happening & {
  /** Milliseconds of the machine's monotonic clock. */
  readonly atMs: number;
  /** The process that wrote it. */
  readonly by: string;
};

/** `order` is the number that the test gave to a job: a job that was added twice has two ids and one number. */
export type Happening =
  /** The server has confirmed that it holds the job. */
  | { readonly what: 'confirmed'; readonly job: string; readonly order: number }
  /** The send was refused, or not confirmed in time: the job may be there or not. */
  | { readonly what: 'unconfirmed'; readonly job: string; readonly order: number }
  | { readonly what: 'started'; readonly job: string; readonly order: number; readonly fence: number }
  /** The handler did what it is for: charged the card. */
  | { readonly what: 'effect'; readonly job: string; readonly fence: number }
  /** The handler's signal aborted. */
  | { readonly what: 'aborted'; readonly job: string; readonly fence: number; readonly reason: string }
  /** The producer has seen the result. */
  | { readonly what: 'acked'; readonly job: string; readonly fence: number }
  /** A fault was injected, by which so many deliveries may be made again. */
  | { readonly what: 'fault'; readonly fault: string; readonly mayRedeliver: number };
