// What the feed gathers from: each crew, and the actors of the user's own.
import type { ActorReport, ConsumerReport, QueueTotals, StepCount } from '@acktor/core/broker';

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
  readonly steps: readonly StepCount[];
}
