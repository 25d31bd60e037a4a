// The input, context and events of the chart of one worker process.
import type { Trials } from '@acktor/core/engine';
import type { ChildExit, StartFailure } from './child-protocol.js';

export interface WorkerProcessInput {
  /** How long it may take to come up, in milliseconds. */
  readonly startMs: number;
  /** How long it may take to end once it was ordered to drain. */
  readonly endMs: number;
  /** How long to try to give back what it held to a server that does not answer. */
  readonly giveBackMs: number;
}

export interface WorkerProcessContext extends WorkerProcessInput {
  /** Its name in its leases; undefined until it runs. */
  readonly worker: WorkerName | undefined;
  /** Why it ended, or had to be ended, as far as that is known. */
  readonly failure: StartFailure | undefined;
  readonly exit: ChildExit | undefined;
  /** Which suspects it handles. */
  readonly trials: Trials;
  /** Whether it has reported that its work is done. */
  readonly isDone: boolean;
  /** For how long its main thread was blocked when it was ended for that. */
  readonly hungForMs: number | undefined;
  /** What it held when it ended, and which of those jobs are suspected of the end. */
  readonly held: HeldJobs;
}

/** By job id. */
export interface HeldJobs {
  readonly returned: readonly string[];
  readonly suspected: readonly string[];
}

/** The worker of a process, and the queues it consumes. */
export interface WorkerName {
  readonly workerId: string;
  readonly queues: readonly string[];
}

export type WorkerProcessEvent =
  // From the process.
  | ({ readonly type: 'process.running' } & WorkerName)
  | { readonly type: 'process.failed'; readonly failure: StartFailure }
  | { readonly type: 'process.tries'; readonly trials: Trials }
  | { readonly type: 'process.hangs'; readonly forMs: number }
  | { readonly type: 'process.done' }
  | { readonly type: 'process.exited'; readonly exit: ChildExit }
  // From the supervisor.
  | { readonly type: 'drain.requested' }
  | { readonly type: 'kill.requested' }
  // From the broker.
  | { readonly type: 'jobs.returned'; readonly held: HeldJobs };
