// What the bench asks of a server on which a subject's queues are.
import type { Figures } from '../measuring/metric.js';

/** A private server that all runs of its subjects use, one after another. */
export interface BenchServer extends AsyncDisposable {
  /** How the process under test reaches it: a Unix socket's path, or a URL. */
  readonly address: string;
  version(): Promise<string>;
  /** Forgets all data and all statistics: every run begins on an empty server. */
  clear(): Promise<void>;
  /** Waits until what was written does not slow down what comes, then forgets the statistics. */
  settle(): Promise<void>;
  /** Jobs of the queues that wait, are held or have failed. */
  unfinished(queues: readonly string[]): Promise<number>;
  /** What so many jobs cost the server since it settled. */
  costPerJob(jobs: number): Promise<Figures>;
}
