// The input, context and events of the supervisor's chart.
import type { StartFailure } from './child-protocol.js';
import type { RestartIntensity, Roster } from './roster.js';

export interface SupervisorInput {
  readonly roster: Roster;
  /** Of the ends that no job is suspected of. */
  readonly intensity: RestartIntensity;
  /** Of all ends: how long to wait before the next restart. */
  readonly pace: RestartIntensity;
}

export interface SupervisorContext extends SupervisorInput {
  /** The worker that is to take an old one's place, while it comes up. */
  readonly successor: number | undefined;
  readonly failure: SupervisorFailure | undefined;
  /** The last ends that no job is suspected of, the newest last. */
  readonly lastEnds: readonly ProcessEnd[];
}

/** How a worker process ended. */
export interface ProcessEnd {
  /** The number of the worker. */
  readonly number: number;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly failure: StartFailure | undefined;
  /** Whether it ever came up. */
  readonly hasRun: boolean;
  /** What it held, by job id; empty where the server did not answer in time. */
  readonly held: readonly string[];
  /** Whether a job that it held is suspected of it. */
  readonly isByJob: boolean;
}

/** Why a supervisor did not end well. */
export type SupervisorFailure =
  | { readonly kind: 'notStarted' | 'uncleanEnd'; readonly end: ProcessEnd }
  | { readonly kind: 'tooManyExits'; readonly ends: readonly ProcessEnd[] }
  | { readonly kind: 'endedAtOnce' };

export type SupervisorEvent =
  // From a worker process.
  | { readonly type: 'worker.running'; readonly number: number }
  | WorkerEnded
  // From the supervisor itself, when a backoff is over.
  | { readonly type: 'restart.due' }
  // From the program, and from signals.
  | { readonly type: 'replace.requested' }
  | { readonly type: 'stop.requested' }
  | { readonly type: 'end.requested' }
  // From the effects.
  | { readonly type: 'closed' };

export interface WorkerEnded {
  readonly type: 'worker.ended';
  readonly number: number;
  /** By a clock that only goes forward. */
  readonly atMs: number;
  readonly end: ProcessEnd;
}

/** Which worker processes an order is for. */
export interface Numbers {
  readonly numbers: readonly number[];
}
