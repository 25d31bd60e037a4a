// What happens to the jobs of a queue, as an engine says it to whoever follows the queue, in whichever process.

/**
 * `retried`: an attempt failed, and the job waits for the next. `requeued`: it waits again, and no attempt was counted. `lost`: its worker
 * died or lost the lease, and the job was given back. `removed`: it was cancelled while it waited, or purged.
 */
export type JobEventKind =
  'sent' | 'started' | 'progress' | 'acked' | 'retried' | 'requeued' | 'lost' | 'dead' | 'removed';

/** One thing that happened to one job. Plain data; what a handler wrote is JSON text, not yet read. */
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
 * Events that nobody can read any more. `trimmed`: the server keeps the newest only. `replaced`: its data are gone, or others. `unnamed`: of
 * a job that was removed before its name was read, so that nobody knows whether it was one of those that are followed.
 */
export interface EventGap {
  readonly reason: 'trimmed' | 'replaced' | 'unnamed';
  /** What happened after this time, and before `untilMs`, may be missing; in milliseconds since the epoch, by the server's clock. */
  readonly afterMs: number;
  readonly untilMs: number;
}

/** Somebody who follows jobs of a queue. */
export interface QueueWatcher {
  /** Which jobs: all of this name, or this one. */
  readonly of: { readonly jobName: string } | { readonly jobId: string };
  readonly kinds: ReadonlySet<JobEventKind>;
  /** Called with each event in the order in which they happened. Must not throw. */
  onEvent(event: QueueEvent): void;
  /** Called where events may be missing, before the next event. Must not throw. */
  onGap(gap: EventGap): void;
}
