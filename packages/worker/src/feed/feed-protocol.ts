// What a worker's main thread and its heartbeat thread say to each other of the feed, and where the main thread gathers it.
import type { ActorReport, ConsumerReport, EventLoopReport, QueueTotals, TransitionCount } from '@acktor/core/engine';

/** From the heartbeat thread to the main thread. */
export type FeedOrder =
  | { readonly type: 'report' }
  | { readonly type: 'watched' }
  | { readonly type: 'unwatched' }
  /** The last frame is published: there may be another. */
  | { readonly type: 'published' };

/** From the main thread to the heartbeat thread, to be published. It is JSON already, so that neither has to walk through it again. */
export type FeedNote =
  /** The state of the process. The thread keeps the last one, for when the main thread is blocked. */
  | { readonly type: 'report'; readonly report: string; readonly lag: Lag }
  | { readonly type: 'frame'; readonly changes: string; readonly lag: Lag }
  | { readonly type: 'machine'; readonly machineId: string; readonly definition: string };

/** How late the timers of the main thread are. */
export type Lag = Omit<EventLoopReport, 'blockedForMs'>;

/** Some actors of the process: their states, and what changed. */
export interface FeedSource {
  /** The states of all of them. */
  report(): SourceReport;
  /** From here on changes are kept, for `take`; all actors count as changed at first. */
  beginWatch(): void;
  endWatch(): void;
  /** What changed since the last take. */
  take(): SourceChanges;
}

export interface SourceReport {
  readonly consumers?: readonly ConsumerReport[];
  readonly actors?: readonly ActorReport[];
  readonly totals?: readonly QueueTotals[];
}

export interface SourceChanges extends SourceReport {
  readonly gone: readonly string[];
  readonly steps: readonly TransitionCount[];
}
