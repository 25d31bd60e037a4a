// A worker process, for who looks at it from one of its consumers.
import type { WorkerReport } from '@acktor/core/engine';
import type { ShareHistory } from './share-history.js';

export interface LiveProcess {
  readonly id: string;
  /** Its host and pid, for people. */
  readonly name: string;
  /** The worker's own state, such as `running` or `draining`. */
  readonly state: string;
  readonly report: WorkerReport;
  readonly shares: ShareHistory;
  readonly lagP99Ms: number;
  readonly blockedForMs: number;
  /** Whether nothing was heard of it for so long that it may have changed since. */
  readonly isQuiet: boolean;
  /** The moment that what is known of it is true for: now, or when it was heard of last. */
  asOfMs(nowMs: number): number;
  /** When and how it ended; undefined while it lives. */
  readonly ended: { readonly atMs: number; readonly how: 'left' | 'died' } | undefined;
}
