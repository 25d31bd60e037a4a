// What a worker's main thread and its heartbeat thread tell each other of the feed.
import type { Lag } from './event-loop.js';
import type { ActorReport, ConsumerReport, QueueTotals, TransitionCount } from '@acktor/core/engine';

/** What the thread wants of the main thread. */
export type FeedOrder =
  | { readonly type: 'report' }
  | { readonly type: 'watched' }
  | { readonly type: 'unwatched' }
  /** The last frame has been said: there may be another. */
  | { readonly type: 'said' };

/** What the main thread gives the thread to say. It is JSON already, so that neither has to walk through it again. */
export type FeedNote =
  /** How the process stands. The thread keeps the last one, for when the main thread is blocked. */
  | { readonly type: 'report'; readonly report: string; readonly lag: Lag }
  | { readonly type: 'frame'; readonly changes: string; readonly lag: Lag }
  | { readonly type: 'machine'; readonly machineId: string; readonly definition: string };

/** Somebody who can say how its actors stand, and what changed. */
export interface FeedSource {
  /** How all of them stand. */
  report(): SourceReport;
  /** From here on changes are kept, for `take`; the first take has all of them in it. */
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
